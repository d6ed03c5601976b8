/** A signing key's private half, the only time that it is shown. */
import type { Schema } from '../../api/me.ts'
import { SecretText, ShownOnce } from '../../components/ShownOnce.tsx'
import { signingKeys as words } from '../../strings/signingKeys.ts'
import { pemFileOf } from './queries.ts'

export function NewPrivateKey({ of: made, onClose }: { readonly of: Schema<'NewSigningKey'>; onClose(): void }) {
  return (
    <ShownOnce title={words.newTitle} caution={words.caution} onClose={onClose}>
      <SecretText label={words.keyId} text={made.id} keeps={false} />
      <SecretText
        label={words.privateKey}
        text={made.private_key}
        wrap={false}
        file={{ name: pemFileOf(made.id), label: words.downloadPem }}
      />
    </ShownOnce>
  )
}
