/** A key's secret, the only time that it is shown, as programs want it. */
import type { Schema } from '../../api/me.ts'
import { SecretFile, SecretText, ShownOnce } from '../../components/ShownOnce.tsx'
import { accessKeys as words } from '../../strings/accessKeys.ts'
import { csvOf } from './tool-configuration.ts'
import { ToolConfiguration } from './ToolConfiguration.tsx'

interface NewSecretProps {
  readonly of: Schema<'NewAccessKey'>
  readonly title: string
  onClose(): void
}

export function NewSecret({ of: key, title, onClose }: NewSecretProps) {
  const credentials = { id: key.access_key_id, secret: key.secret_access_key }
  return (
    <ShownOnce title={title} caution={words.caution} onClose={onClose}>
      <SecretText label={words.id} text={credentials.id} keeps={false} />
      <SecretText label={words.secret} text={credentials.secret} />
      <div className="row">
        <SecretFile name={`${credentials.id}_accessKeys.csv`} text={csvOf(credentials)} label={words.csv} />
      </div>
      <h3>{words.setUp}</h3>
      <ToolConfiguration credentials={credentials} />
    </ShownOnce>
  )
}
