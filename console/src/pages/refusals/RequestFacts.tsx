/** The request that was refused. */
import type { ReactNode } from 'react'
import type { Schema } from '../../api/me.ts'
import { ObjectName } from '../../components/ObjectName.tsx'
import { Time } from '../../components/Time.tsx'
import { refusals as words } from '../../strings/refusals.ts'

export function RequestFacts({ refusal }: { readonly refusal: Schema<'Refusal'> }) {
  const { method, host, path, operation, bucket, key, access_key_id: accessKey, request_id: id } = refusal
  return (
    <dl className="facts">
      <Fact name={words.time}>
        <Time at={refusal.time} exact /> · <Time at={refusal.time} />
      </Fact>
      <Fact name={words.front}>{words.fronts[refusal.front]}</Fact>
      <Fact name={words.method}>
        <span className="mono">
          {method} <ObjectName name={`${host}${path}`} />
        </span>
      </Fact>
      {operation !== null && <Fact name={words.operation}>{operation}</Fact>}
      {bucket !== null && (
        <Fact name={words.bucket}>
          <ObjectName name={bucket} />
        </Fact>
      )}
      {key !== null && (
        <Fact name={words.key}>
          <ObjectName name={key} />
        </Fact>
      )}
      {accessKey !== null && (
        <Fact name={words.accessKey}>
          <span className="mono">
            <ObjectName name={accessKey} />
          </span>{' '}
          <span className="soft">{words.accessKeyText}</span>
        </Fact>
      )}
      <Fact name={words.address}>
        <span className="mono">{refusal.address}</span>
      </Fact>
      <Fact name={words.id}>
        <span className="mono">{id}</span>
      </Fact>
    </dl>
  )
}

const Fact = ({ name, children }: { readonly name: string; readonly children: ReactNode }) => (
  <>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </>
)
