/** A role, of those that the one who is signed in may give, each explained. */
import { useMe } from '../../api/me.ts'
import { rolesManagedBy, type Role } from '../../api/roles.ts'
import { ChoiceField } from '../../components/ChoiceField.tsx'
import { roleWords, users as words } from '../../strings/users.ts'

interface RoleFieldProps {
  readonly label?: string
  readonly value: Role
  onChange(role: Role): void
}

export function RoleField({ label = words.role, value, onChange }: RoleFieldProps) {
  const { role } = useMe()
  return (
    <ChoiceField
      label={label}
      value={value}
      options={rolesManagedBy(role).map((each) => ({ value: each, ...roleWords[each] }))}
      onChange={onChange}
    />
  )
}
