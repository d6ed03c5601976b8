/** What is worked on, in a few words: one thing by its name, several by their number. */
import { nameInText } from '../../../components/ObjectName.tsx'
import { objectActions as words } from '../../../strings/objectActions.ts'
import { leafOf } from '../names.ts'
import type { Target } from './expand.ts'

export function targetName({ rows, everything, prefix, bucket }: Target): string {
  if (everything) return words.everythingIn(nameInText(prefix === '' ? bucket : prefix))
  const [only] = rows
  return rows.length === 1 && only !== undefined ? nameInText(leafOf(only.name)) : words.items(rows.length)
}
