/** A record for the DNS, each part of it to be copied. */
import { CodeBlock } from '../../components/CodeBlock.tsx'
import { domains as words } from '../../strings/domains.ts'

interface DnsRecordProps {
  readonly type: 'CNAME' | 'TXT'
  readonly name: string
  readonly value: string
  readonly note: string
}

export function DnsRecord({ type, name, value, note }: DnsRecordProps) {
  return (
    <>
      <dl className="facts">
        <dt>{words.recordType}</dt>
        <dd>
          <code>{type}</code>
        </dd>
        <dt>{words.recordName}</dt>
        <dd>
          <CodeBlock text={name} label={words.recordName} wrap />
        </dd>
        <dt>{words.recordValue}</dt>
        <dd>
          <CodeBlock text={value} label={words.recordValue} wrap />
        </dd>
      </dl>
      <p className="soft small">{note}</p>
    </>
  )
}
