/** Names with values, such as tags: as many as one likes. */
import { Plus, X } from 'lucide-react'
import { Button } from './Button.tsx'
import { IconButton } from './IconButton.tsx'

export interface Pair {
  readonly key: string
  readonly value: string
}

interface PairsFieldProps {
  readonly legend: string
  readonly hint?: string
  readonly words: {
    readonly key: string
    readonly value: string
    readonly add: string
    /** Said where there are none. */
    readonly none?: string
    remove(key: string, place: number): string
  }
  readonly pairs: readonly Pair[]
  readonly max?: number
  onChange(pairs: readonly Pair[]): void
}

export function PairsField({ legend, hint, words, pairs, max = Infinity, onChange }: PairsFieldProps) {
  return (
    <fieldset>
      <legend>{legend}</legend>
      {hint !== undefined && <p className="field-hint">{hint}</p>}
      {pairs.length === 0 && words.none !== undefined && <p className="soft">{words.none}</p>}
      {pairs.map((pair, index) => (
        // The place is all that tells one from another while they are written.
        <div className="pair" key={index}>
          {(['key', 'value'] as const).map((part) => (
            <input
              key={part}
              className="input"
              aria-label={`${words[part]} ${index + 1}`}
              placeholder={words[part]}
              value={pair[part]}
              autoComplete="off"
              spellCheck={false}
              onChange={({ target }) => onChange(pairs.with(index, { ...pair, [part]: target.value.toWellFormed() }))}
            />
          ))}
          <IconButton
            label={words.remove(pair.key, index + 1)}
            icon={<X />}
            onClick={() => onChange(pairs.toSpliced(index, 1))}
          />
        </div>
      ))}
      <div>
        <Button
          size="small"
          icon={<Plus aria-hidden="true" />}
          disabled={pairs.length >= max}
          onClick={() => onChange([...pairs, { key: '', value: '' }])}
        >
          {words.add}
        </Button>
      </div>
    </fieldset>
  )
}
