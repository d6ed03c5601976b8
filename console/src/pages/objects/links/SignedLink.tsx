/** Makes a link with a token, for delivery. */
import { useState } from 'react'
import type { Bucket } from '../../../api/buckets.ts'
import { api, dataOf } from '../../../api/client.ts'
import { Checkbox } from '../../../components/Checkbox.tsx'
import { ChoiceField } from '../../../components/ChoiceField.tsx'
import { nameInText } from '../../../components/ObjectName.tsx'
import { SelectField } from '../../../components/SelectField.tsx'
import { objectLinks as words } from '../../../strings/objectLinks.ts'
import { folderOf, leafOf } from '../names.ts'
import type { Row } from '../list/rows.ts'
import { ConditionFields } from './ConditionFields.tsx'
import { claimsOf, isNumber, listOf, noConditions, tellConditions } from './conditions.ts'
import { curlLine } from './curl-line.ts'
import { secondsOf, told, type Duration } from './duration.ts'
import { DurationField } from './DurationField.tsx'
import { LinkForm } from './LinkForm.tsx'
import type { Link } from './LinkResult.tsx'

type Opens = 'object' | 'folder' | 'bucket'

/** Ten years. */
const secondsMax = 10 * 365 * 86_400

interface SignedLinkProps {
  readonly bucket: Bucket
  readonly row: Pick<Row, 'kind' | 'name'>
}

export function SignedLink({ bucket, row }: SignedLinkProps) {
  const isFolder = row.kind === 'folder'
  const folder = folderOf(row.name)
  const [opens, setOpens] = useState<Opens>(isFolder ? 'folder' : 'object')
  const [duration, setDuration] = useState<Duration>({ amount: '2', unit: 'hours' })
  const [never, setNever] = useState(false)
  const [by, setBy] = useState<'query' | 'path'>(isFolder ? 'path' : 'query')
  const [conditions, setConditions] = useState(noConditions)
  const length = secondsOf(duration, secondsMax)
  const what = {
    object: nameInText(row.name),
    folder: nameInText(folder),
    bucket: words.told.everything(bucket.name),
  }[opens]
  const choices = [
    ...(isFolder ? [] : [{ value: 'object' as const, title: words.opensObject, text: words.opensObjectText }]),
    ...(folder === ''
      ? []
      : [{ value: 'folder' as const, title: words.opensFolder(nameInText(folder)), text: words.opensFolderText }]),
    { value: 'bucket' as const, title: words.opensBucket, text: words.opensBucketText },
  ]
  const ready = (never || length !== undefined) && isNumber(conditions.notBefore) && isNumber(conditions.rate)
  async function make(): Promise<Link> {
    const uri = { object: {}, folder: { uri: `/${folder}` }, bucket: { uri: '' } }[opens]
    const body = {
      ...{ bucket: bucket.name, key: row.name, by, ...uri, ...claimsOf(conditions) },
      expires_seconds: never ? null : (length ?? 0),
    }
    const { url } = await dataOf(api.POST('/v1/signed-urls', { body }))
    const time = never ? words.told.forEver : words.told.forTime(told(duration))
    const sentences = [words.told.read(what, time), ...tellConditions(conditions), words.told.revoke]
    if (isFolder)
      return {
        ...{ url, sentences, label: words.folderLink },
        hint: by === 'path' ? words.folderLinkHint : words.folderLinkQueryHint,
      }
    const curl = curlLine(url, leafOf(row.name), { referer: listOf(conditions.referer)[0] ?? '' })
    return { url, sentences, label: words.link, curl }
  }
  return (
    <LinkForm ready={ready} make={make}>
      <ChoiceField<Opens> label={words.opens} value={opens} options={choices} onChange={setOpens} />
      <DurationField
        value={duration}
        disabled={never}
        error={never || length !== undefined ? undefined : words.expiresBad}
        onChange={setDuration}
      />
      <Checkbox checked={never} onChange={setNever}>
        {words.never}
        <span className="field-hint"> {words.neverHint}</span>
      </Checkbox>
      <SelectField<'query' | 'path'>
        label={words.by}
        hint={words.byHint}
        value={by}
        options={[
          { value: 'query', label: words.byQuery },
          { value: 'path', label: words.byPath },
        ]}
        onChange={setBy}
      />
      <ConditionFields value={conditions} onChange={setConditions} />
    </LinkForm>
  )
}
