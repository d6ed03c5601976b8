/** A setting that is a list of rules, edited in a form or as JSON. */
import { Fragment, useState, type ReactNode } from 'react'
import { saveSetting, type Json, type SettingName } from '../../../api/bucketSettings.ts'
import { DraftCard } from '../../../components/DraftCard.tsx'
import { parseJson, printJson } from '../../../components/json.ts'
import { JsonEditor } from '../../../components/JsonEditor.tsx'
import { QueryView } from '../../../components/QueryView.tsx'
import { useDraft } from '../../../components/useDraft.ts'
import { ModeSwitch, type Mode } from './ModeSwitch.tsx'
import { removeAt, replaceAt, rulesIn, withRules } from './rules.ts'
import { useReadOnly, useSetting } from './useSetting.ts'

/** One of the rules, in the form. */
export interface RuleProps {
  readonly rule: Json
  readonly number: number
  readonly readOnly: boolean
  onChange(rule: Json): void
  onRemove(): void
}

interface RulesCardProps {
  readonly bucket: string
  readonly setting: SettingName
  /** Of the document: the one that has the rules. */
  readonly member: string
  readonly rulesMax: number
  readonly words: Readonly<Record<'title' | 'description' | 'json' | 'jsonBad' | 'none' | 'maxRules', string>>
  isWhole(rule: Json): boolean
  /** As it is saved. */
  tidy(rule: Json): Json
  /** What stands below the JSON. */
  explain?(rules: readonly Json[]): ReactNode
  form(props: RuleProps): ReactNode
  adding(onAdd: (rule: Json) => void): ReactNode
}

export function RulesCard(props: RulesCardProps) {
  const query = useSetting(props.bucket, props.setting)
  return <QueryView query={query}>{(saved) => <Rules {...props} saved={saved} />}</QueryView>
}

function Rules({ saved, ...props }: RulesCardProps & { readonly saved: Json | null }) {
  const { bucket, setting, member, words } = props
  const readOnly = useReadOnly()
  const [mode, setMode] = useState<Mode>('form')
  const draft = useDraft(saved === null ? '' : printJson(saved))
  const rules = rulesIn(draft.value, member)
  const set = (next: readonly Json[]): void => draft.set(withRules(draft.value, member, next))
  const inJson = mode === 'json' || rules === undefined
  return (
    <DraftCard
      title={words.title}
      description={words.description}
      draft={draft}
      readOnly={readOnly}
      incomplete={rules === undefined || !rules.every(props.isWhole)}
      actions={<ModeSwitch mode={inJson ? 'json' : 'form'} formless={rules === undefined} onChange={setMode} />}
      onSave={(text) => saveSetting(bucket, setting, settingOf(text, member, props.tidy))}
    >
      {inJson ? (
        <>
          <JsonEditor
            label={words.json}
            value={draft.value}
            optional
            readOnly={readOnly}
            error={rules === undefined ? words.jsonBad : undefined}
            onChange={draft.set}
          />
          {rules && props.explain?.(rules)}
        </>
      ) : (
        <>
          {rules.length === 0 && <p className="soft">{words.none}</p>}
          {rules.map((rule, index) => (
            // The place is all that tells one from another while they are written.
            <Fragment key={index}>
              {props.form({
                rule,
                number: index + 1,
                readOnly,
                onChange: (changed) => set(replaceAt(rules, index, changed)),
                onRemove: () => set(removeAt(rules, index)),
              })}
            </Fragment>
          ))}
          {!readOnly &&
            (rules.length >= props.rulesMax ? (
              <p className="soft">{words.maxRules}</p>
            ) : (
              props.adding((rule) => set([...rules, rule]))
            ))}
        </>
      )}
    </DraftCard>
  )
}

/** Null where there is no rule left: S3 has that as no configuration. */
function settingOf(text: string, member: string, tidy: (rule: Json) => Json): Json | null {
  const rules = rulesIn(text, member) ?? []
  if (rules.length === 0) return null
  const written = parseJson(withRules(text, member, rules.map(tidy)))
  return 'value' in written ? (written.value as Json) : null
}
