/** A choice between ways of showing the same, beside each other. */
import { ToggleGroup } from 'radix-ui'
import { preview as words } from '../../../strings/preview.ts'

interface WaysProps {
  readonly ways: readonly string[]
  readonly way: string
  onChange(way: string): void
}

export function Ways({ ways, way, onChange }: WaysProps) {
  return (
    <ToggleGroup.Root
      type="single"
      className="ways"
      aria-label={words.how}
      value={way}
      // What is pressed already would be let go.
      onValueChange={(next) => next !== '' && onChange(next)}
    >
      {ways.map((name) => (
        <ToggleGroup.Item key={name} value={name} className="way">
          {name}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  )
}
