/** The policy of a bucket, and beside it what it means: who can read, as it is in force and as it is being written. */
import { Plus } from 'lucide-react'
import type { Bucket } from '../../../api/buckets.ts'
import { isJson, saveSetting, textOf, type Json } from '../../../api/bucketSettings.ts'
import { useMe } from '../../../api/me.ts'
import { Button } from '../../../components/Button.tsx'
import { DraftCard } from '../../../components/DraftCard.tsx'
import { formatJson, parseJson } from '../../../components/json.ts'
import { JsonEditor } from '../../../components/JsonEditor.tsx'
import { QueryView } from '../../../components/QueryView.tsx'
import { useDraft } from '../../../components/useDraft.ts'
import { policy as words } from '../../../strings/policy.ts'
import { AccessCheck } from './AccessCheck.tsx'
import { templateNames, withTemplate } from './policyTemplates.ts'
import { useReadOnly, useSetting } from './useSetting.ts'

export function PolicySection({ bucket: { name } }: { readonly bucket: Bucket }) {
  return <QueryView query={useSetting(name, 'policy')}>{(saved) => <Policy bucket={name} saved={saved} />}</QueryView>
}

function Policy({ bucket, saved }: { readonly bucket: string; readonly saved: Json | null }) {
  const readOnly = useReadOnly()
  const { account } = useMe()
  const draft = useDraft(formatJson(textOf(saved?.['Policy'])))
  const document = documentIn(draft.value)
  return (
    <div className="beside">
      <DraftCard
        title={words.title}
        description={words.description}
        draft={draft}
        readOnly={readOnly}
        incomplete={document === undefined}
        onSave={(text) => saveSetting(bucket, 'policy', documentIn(text) ?? null)}
      >
        {draft.value.trim() === '' && <p className="soft">{words.none}</p>}
        <JsonEditor
          label={words.label}
          hint={words.hint}
          value={draft.value}
          optional
          readOnly={readOnly}
          error={document === undefined ? words.bad : undefined}
          onChange={draft.set}
        />
        {!readOnly && (
          <div className="stack-tiny">
            <div className="row">
              <span className="soft small">{words.templates}</span>
              {templateNames.map((name) => (
                <Button
                  key={name}
                  size="small"
                  icon={<Plus aria-hidden="true" />}
                  // What is no JSON would be lost.
                  disabled={document === undefined}
                  onClick={() => draft.set(withTemplate(draft.value, name, { bucket, accountId: account.id }))}
                >
                  {words.template[name]}
                </Button>
              ))}
            </div>
            <span className="field-hint">{words.templateNote}</span>
          </div>
        )}
      </DraftCard>
      <AccessCheck bucket={bucket} changed={draft.changed} draft={document} />
    </div>
  )
}

/** Null where the text is empty, undefined where it is no document. */
function documentIn(text: string): Json | null | undefined {
  if (text.trim() === '') return null
  const parsed = parseJson(text)
  return 'value' in parsed && isJson(parsed.value) ? parsed.value : undefined
}
