/** How it stands with a domain's certificate, and a form to upload one. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../../api/client.ts'
import { forgotten } from '../../api/forgotten.ts'
import { useRight } from '../../api/me.ts'
import { Button } from '../../components/Button.tsx'
import { ErrorNotice } from '../../components/ErrorNotice.tsx'
import { Notice } from '../../components/Notice.tsx'
import { Time } from '../../components/Time.tsx'
import { toast } from '../../components/toasts.ts'
import { domains as words } from '../../strings/domains.ts'
import { CertificateBadge } from './CertificateBadge.tsx'
import { PemField } from './PemField.tsx'
import { domainsKey, type Domain } from './queries.ts'

const texts = {
  none: words.noneText,
  uploaded: words.uploadedText,
  acme: words.acmeText,
  pending: words.pendingText,
  failed: words.failedText,
}

export function Certificate({ of: domain }: { readonly of: Domain }) {
  const writes = useRight('storage.write')
  const { certificate } = domain
  const [uploading, setUploading] = useState(false)
  return (
    <div className="stack">
      <div className="row">
        <h3>{words.certificate}</h3>
        <CertificateBadge of={certificate} />
      </div>
      {domain.verified === null ? (
        <p className="soft">{words.afterVerification}</p>
      ) : (
        <>
          <p>{texts[certificate.state]}</p>
          {certificate.reason !== null && <Notice tone="danger">{certificate.reason}</Notice>}
          <dl className="facts">
            {certificate.not_after !== null && (
              <>
                <dt>{words.expires}</dt>
                <dd>
                  <Time at={certificate.not_after} exact />
                </dd>
              </>
            )}
            {certificate.retry !== null && (
              <>
                <dt>{words.retry}</dt>
                <dd>
                  <Time at={certificate.retry} />
                </dd>
              </>
            )}
          </dl>
          {writes &&
            (uploading ? (
              <UploadForm of={domain} onUploaded={() => setUploading(false)} />
            ) : (
              <div>
                <Button onClick={() => setUploading(true)}>
                  {certificate.state === 'uploaded' ? words.uploadAgain : words.upload}
                </Button>
              </div>
            ))}
        </>
      )}
    </div>
  )
}

function UploadForm({ of: { id, domain_name: name }, onUploaded }: { readonly of: Domain; onUploaded(): void }) {
  const client = useQueryClient()
  const [chain, setChain] = useState('')
  const [key, setKey] = useState('')
  const upload = useMutation({
    ...forgotten,
    mutationFn: () =>
      api.PUT('/v1/domains/{id}/certificate', {
        params: { path: { id } },
        body: { certificate: chain, private_key: key },
      }),
    async onSuccess() {
      await client.invalidateQueries({ queryKey: domainsKey })
      toast(words.uploaded(name))
      onUploaded()
    },
  })
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault()
        upload.mutate()
      }}
    >
      <PemField label={words.chain} hint={words.chainHint} value={chain} onChange={setChain} />
      <PemField label={words.key} hint={words.keyHint} value={key} onChange={setKey} />
      {upload.error && <ErrorNotice error={upload.error} />}
      <div>
        <Button type="submit" kind="primary" busy={upload.isPending} disabled={chain === '' || key === ''}>
          {words.uploadSubmit}
        </Button>
      </div>
    </form>
  )
}
