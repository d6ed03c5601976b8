/** The name of a new bucket: as it is typed, the server says which of its rules it keeps, and whether somebody has it. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Check, Circle, X } from 'lucide-react'
import { useEffect, useState } from 'react'
import { api, dataOf } from '../../api/client.ts'
import { TextField } from '../../components/TextField.tsx'
import { buckets } from '../../strings/buckets.ts'

const words = buckets.create
/** Typing is not interrupted by a request for each letter. */
const pauseMs = 200

function useChecked(name: string) {
  const [asked, setAsked] = useState(name)
  useEffect(() => {
    const timer = setTimeout(() => setAsked(name), pauseMs)
    return () => clearTimeout(timer)
  }, [name])
  const query = useQuery({
    queryKey: ['bucket-name', asked],
    queryFn: ({ signal }) => dataOf(api.GET('/v1/bucket-names', { params: { query: { name: asked } }, signal })),
    placeholderData: keepPreviousData,
    staleTime: 5000,
  })
  return { answer: query.data, current: asked === name && !query.isPlaceholderData && query.isSuccess }
}

/** `unknown`: the server has not said yet; who sends it is told by the refusal. */
export function useNameCheck(name: string): 'good' | 'bad' | 'unknown' {
  const { answer, current } = useChecked(name)
  if (answer === undefined || !current) return 'unknown'
  return answer.taken === null && answer.rules.every(({ kept }) => kept) ? 'good' : 'bad'
}

interface BucketNameFieldProps {
  readonly value: string
  onChange(name: string): void
}

export function BucketNameField({ value, onChange }: BucketNameFieldProps) {
  const { answer, current } = useChecked(value)
  const begun = value !== ''
  const taken = begun && current ? (answer?.taken ?? null) : null
  const allKept = answer?.rules.every(({ kept }) => kept) === true
  return (
    <div className="stack-small">
      <TextField
        label={words.name}
        hint={words.nameHint}
        value={value}
        onChange={onChange}
        error={taken === null ? undefined : words.taken[taken]}
        maxLength={512}
        autoComplete="off"
        mono
        autoFocus
      />
      <ul className="rules-list" aria-label={words.rules}>
        {answer?.rules.map(({ meaning, kept }) => (
          <li key={meaning} data-kept={begun ? kept : undefined}>
            {begun ? kept ? <Check aria-hidden="true" /> : <X aria-hidden="true" /> : <Circle aria-hidden="true" />}
            <span>
              {begun && <span className="visually-hidden">{`${kept ? words.kept : words.broken} `}</span>}
              {meaning}
            </span>
          </li>
        ))}
      </ul>
      <p className="small soft" role="status">
        {begun && allKept && (current ? taken === null && words.free : words.checking)}
      </p>
    </div>
  )
}
