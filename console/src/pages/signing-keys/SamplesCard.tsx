/** Programs that sign links, with a key's id, its bucket's address and a path written into them. */
import { useState } from 'react'
import { Card } from '../../components/Card.tsx'
import { CodeBlock } from '../../components/CodeBlock.tsx'
import { DownloadButton } from '../../components/DownloadButton.tsx'
import { SelectField } from '../../components/SelectField.tsx'
import { Tabs } from '../../components/Tabs.tsx'
import { TextField } from '../../components/TextField.tsx'
import { signingKeys as words } from '../../strings/signingKeys.ts'
import { fillSample } from './fill-sample.ts'
import { bucketNameOf, calledOf, pemFileOf, type Bucket, type SigningKey } from './queries.ts'
import { tokenSamples } from './token-samples.generated.ts'

interface SamplesCardProps {
  /** At least one. */
  readonly keys: readonly SigningKey[]
  readonly buckets: readonly Bucket[]
  /** The id of one of them. */
  readonly chosen: string | undefined
  onChoose(id: string): void
}

export function SamplesCard({ keys, buckets, chosen, onChoose }: SamplesCardProps) {
  const [path, setPath] = useState('/films/one.mp4')
  const key = keys.find(({ id }) => id === chosen) ?? keys[0]
  if (key === undefined) return null
  const name = bucketNameOf(key, buckets)
  const settings = {
    SIGNING_KEY_ID: key.id,
    PRIVATE_KEY_FILE: pemFileOf(key.id),
    BASE_URL: buckets.find((bucket) => bucket.name === name)?.delivery_url ?? '',
    URI: path,
  }
  const tabs = tokenSamples.map((sample) => {
    const label = labelOf(sample)
    const program = fillSample(sample, settings)
    return {
      value: sample.file,
      label,
      content: (
        <>
          <p className="soft small">
            {sample.needs} {words.keyFile(settings.PRIVATE_KEY_FILE)}
          </p>
          <CodeBlock text={program} label={words.programIn(label)} />
          <div className="row">
            <DownloadButton fileName={sample.file} text={program}>
              {words.downloadSample(sample.file)}
            </DownloadButton>
          </div>
        </>
      ),
    }
  })
  const [first, ...others] = tabs
  return (
    <Card title={words.samplesTitle} description={words.samplesLead}>
      <div className="grid-wide">
        <SelectField
          label={words.samplesKey}
          value={key.id}
          options={keys.map((each) => ({
            value: each.id,
            label: words.keyOf(calledOf(each), bucketNameOf(each, buckets)),
          }))}
          onChange={onChoose}
        />
        <TextField
          label={words.path}
          hint={words.pathHint}
          value={path}
          onChange={setPath}
          mono
          autoComplete="off"
          error={path.startsWith('/') ? undefined : words.pathStart}
        />
      </div>
      {first && <Tabs label={words.languages} tabs={[first, ...others]} />}
    </Card>
  )
}

/** `sign-jose.mjs` is another one than `sign.mjs`. */
function labelOf({ language, file }: (typeof tokenSamples)[number]): string {
  const [, library] = /-(\w+)\./.exec(file) ?? []
  return library === undefined ? language : words.language(language, library)
}
