/** An API key, the only time that it is shown. */
import type { Schema } from '../../api/me.ts'
import { SecretText, ShownOnce } from '../../components/ShownOnce.tsx'
import { apiKeys as words } from '../../strings/apiKeys.ts'
import { TokenCommands } from './TokenCommands.tsx'

export function NewApiKey({ of: made, onClose }: { readonly of: Schema<'NewApiKey'>; onClose(): void }) {
  return (
    <ShownOnce title={words.newTitle} caution={words.caution} onClose={onClose}>
      <SecretText
        label={words.key}
        text={made.api_key}
        file={{ name: `api-key-${made.id}.txt`, text: `${made.api_key}\n`, label: words.downloadKey }}
      />
      <div>
        <h3>{words.tokenTitle}</h3>
        <p className="soft small">{words.tokenLead}</p>
      </div>
      <TokenCommands apiKey={made.api_key} />
    </ShownOnce>
  )
}
