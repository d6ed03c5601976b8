/** Generates an access key when it is pressed, and shows its secret then. */
import { Plus } from 'lucide-react'
import type { Schema } from '../../api/me.ts'
import { MakeButton } from '../../components/MakeButton.tsx'
import { accessKeys as words } from '../../strings/accessKeys.ts'
import { GenerateKeyDialog } from './GenerateKeyDialog.tsx'
import { NewSecret } from './NewSecret.tsx'

interface GenerateKeyButtonProps {
  readonly label: string
  /** Of this user, where it is said already. */
  readonly holder?: string
  readonly kind?: 'primary' | 'plain'
  readonly size?: 'small' | 'normal'
}

export function GenerateKeyButton({ label, holder, kind = 'plain', size = 'normal' }: GenerateKeyButtonProps) {
  return (
    <MakeButton<Schema<'NewAccessKey'>>
      {...{ kind, size }}
      icon={<Plus />}
      dialog={(making) => <GenerateKeyDialog {...making} {...(holder !== undefined && { holder })} />}
      shown={(key, onClose) => <NewSecret of={key} title={words.newTitle} onClose={onClose} />}
    >
      {label}
    </MakeButton>
  )
}
