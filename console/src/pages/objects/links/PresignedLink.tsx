/** Makes a presigned URL of S3, to download or to upload. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Bucket } from '../../../api/buckets.ts'
import { api, dataOf } from '../../../api/client.ts'
import { ChoiceField } from '../../../components/ChoiceField.tsx'
import { nameInText } from '../../../components/ObjectName.tsx'
import { SelectField } from '../../../components/SelectField.tsx'
import { TextField } from '../../../components/TextField.tsx'
import { objectLinks as words } from '../../../strings/objectLinks.ts'
import { allAccessKeysQuery, type AccessKey } from '../../access-keys/queries.ts'
import { leafOf } from '../names.ts'
import type { Row } from '../list/rows.ts'
import { curlLine } from './curl-line.ts'
import { secondsOf, told, type Duration } from './duration.ts'
import { DurationField } from './DurationField.tsx'
import { LinkForm } from './LinkForm.tsx'
import type { Link } from './LinkResult.tsx'

/** Seven days: no longer has Signature Version 4. */
const secondsMax = 604_800

interface PresignedLinkProps {
  readonly bucket: Bucket
  readonly row: Pick<Row, 'name' | 'versionId'>
}

export function PresignedLink({ bucket, row }: PresignedLinkProps) {
  const [method, setMethod] = useState<'GET' | 'PUT'>('GET')
  const [duration, setDuration] = useState<Duration>({ amount: '1', unit: 'hours' })
  const [accessKey, setAccessKey] = useState('')
  const [fileName, setFileName] = useState('')
  const length = secondsOf(duration, secondsMax)
  const keys = useQuery({ ...allAccessKeysQuery, select: activeOf })
  async function make(): Promise<Link> {
    const reading = method === 'GET'
    const body = {
      ...{ method, bucket: bucket.name, key: row.name, expires_seconds: length ?? 0 },
      ...(accessKey !== '' && { access_key_id: accessKey }),
      ...(reading && typeof row.versionId === 'string' && { version_id: row.versionId }),
      ...(reading && fileName !== '' && { response_content_disposition: attachment(fileName) }),
    }
    const { url, access_key_id: id } = await dataOf(api.POST('/v1/presign', { body }))
    const time = words.told.forTime(told(duration))
    const name = nameInText(row.name)
    return {
      ...{ url, label: words.link },
      sentences: [reading ? words.told.read(name, time) : words.told.write(name, time), words.told.key(id)],
      curl: curlLine(url, reading && fileName !== '' ? fileName : leafOf(row.name), { upload: !reading }),
    }
  }
  return (
    <LinkForm ready={length !== undefined} make={make}>
      <ChoiceField<'GET' | 'PUT'>
        label={words.method}
        value={method}
        options={[
          { value: 'GET', title: words.get, text: words.getText },
          { value: 'PUT', title: words.put, text: words.putText },
        ]}
        onChange={setMethod}
      />
      <DurationField
        value={duration}
        error={length === undefined ? `${words.expiresBad} ${words.expiresMax}` : undefined}
        onChange={setDuration}
      />
      <SelectField
        label={words.accessKey}
        value={accessKey}
        options={[{ value: '', label: words.firstKey }, ...(keys.data ?? [])]}
        onChange={setAccessKey}
      />
      {method === 'GET' && (
        <TextField
          label={words.fileName}
          hint={words.fileNameHint}
          value={fileName}
          autoComplete="off"
          onChange={(text) => setFileName(text.toWellFormed())}
        />
      )}
    </LinkForm>
  )
}

const activeOf = (keys: readonly AccessKey[]) =>
  keys
    .filter(({ active }) => active)
    .map(({ access_key_id: value, name }) => ({ value, label: name === '' ? value : `${name} · ${value}` }))

/** RFC 6266: for old clients what ASCII can say, for others the name itself. */
const attachment = (name: string): string =>
  `attachment; filename="${name.replaceAll(/[^ -~]|["\\%]/g, '_')}"; filename*=UTF-8''${encodeURIComponent(name).replaceAll(/['()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)}`
