/** A password that was made up, the only time that it is shown. */
import { SecretText, ShownOnce } from '../../components/ShownOnce.tsx'
import { users as words } from '../../strings/users.ts'

export interface MadePassword {
  readonly user: string
  readonly password: string
}

export function NewPassword({ of: { user, password }, onClose }: { readonly of: MadePassword; onClose(): void }) {
  return (
    <ShownOnce title={words.shownTitle(user)} caution={words.passwordCaution} onClose={onClose}>
      <SecretText label={words.name} text={user} keeps={false} />
      <SecretText
        label={words.password}
        text={password}
        file={{ name: `password-of-${user}.txt`, text: `${user}\n${password}\n`, label: words.downloadPassword }}
      />
    </ShownOnce>
  )
}
