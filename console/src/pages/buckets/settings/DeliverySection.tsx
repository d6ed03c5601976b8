/** Delivery of a bucket: on or off, to everybody or to holders of signed links, and its addresses. */
import { Link } from '@tanstack/react-router'
import { bucketChanged, type Bucket } from '../../../api/buckets.ts'
import { api } from '../../../api/client.ts'
import { Card } from '../../../components/Card.tsx'
import { CopyButton } from '../../../components/CopyButton.tsx'
import { DraftCard } from '../../../components/DraftCard.tsx'
import { Notice } from '../../../components/Notice.tsx'
import { SwitchField } from '../../../components/SwitchField.tsx'
import { useDraft } from '../../../components/useDraft.ts'
import { bucketSettings } from '../../../strings/bucketSettings.ts'
import { shell } from '../../../strings/shell.ts'
import { useReadOnly } from './useSetting.ts'

const words = bucketSettings.delivery

export function DeliverySection({ bucket }: { readonly bucket: Bucket }) {
  const readOnly = useReadOnly()
  const draft = useDraft({ enabled: bucket.delivery_enabled, authenticated: bucket.policy === 'authenticated' })
  const { enabled, authenticated } = draft.value
  async function save(): Promise<void> {
    await api.PATCH('/v1/buckets/{bucket}', {
      params: { path: { bucket: bucket.name } },
      body: { delivery_enabled: enabled, policy: authenticated ? 'authenticated' : 'public' },
    })
    await bucketChanged(bucket.name)
  }
  return (
    <>
      <DraftCard title={words.title} description={words.description} draft={draft} readOnly={readOnly} onSave={save}>
        <SwitchField
          label={words.enable}
          hint={words.enableHint}
          checked={enabled}
          onChange={(on) => draft.set({ ...draft.value, enabled: on })}
        />
        <SwitchField
          label={words.authenticated}
          hint={words.authenticatedHint}
          checked={authenticated}
          onChange={(on) => draft.set({ ...draft.value, authenticated: on })}
        />
        {draft.changed && enabled && !authenticated && <Notice tone="warning">{words.willBe.public}</Notice>}
      </DraftCard>
      {bucket.public_in_s3 !== null && <OpenInS3 bucket={bucket.name} by={bucket.public_in_s3} />}
      <Card title={words.addresses}>
        <Address label={words.url} hint={words.urlHint} url={`${bucket.delivery_url}/`} copy={words.copyUrl} />
        <Address label={words.s3} url={bucket.s3_url} copy={words.copyS3} />
        <p className="small soft">
          {words.more} <Link to="/signing-keys">{shell.signingKeys}</Link> · <Link to="/domains">{words.domains}</Link>
        </p>
      </Card>
    </>
  )
}

/** Delivery is not the only way in. */
const OpenInS3 = ({ bucket, by }: { readonly bucket: string; readonly by: 'policy' | 'acl' }) => (
  <Notice tone="warning">
    <p>{words.openInS3[by]}</p>
    <p>
      <Link
        to="/buckets/$bucket/settings"
        params={{ bucket }}
        search={{ section: by === 'policy' ? 'policy' : 'access' }}
      >
        {words.openInS3Link[by]}
      </Link>
    </p>
  </Notice>
)

interface AddressProps {
  readonly label: string
  readonly hint?: string
  readonly url: string
  readonly copy: string
}

const Address = ({ label, hint, url, copy }: AddressProps) => (
  <div className="row-between">
    <div className="stack-tiny">
      <span className="field-label">{label}</span>
      <code className="wrap-anywhere" dir="ltr">
        {url}
      </code>
      {hint !== undefined && <span className="field-hint">{hint}</span>}
    </div>
    <CopyButton text={url} label={copy} />
  </div>
)
