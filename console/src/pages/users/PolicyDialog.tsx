/** A policy of a user: new, from a template, or changed. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../../api/client.ts'
import { useRight } from '../../api/me.ts'
import { allBucketsQuery } from '../../api/whole-lists.ts'
import { BucketField } from '../../components/BucketField.tsx'
import { Button } from '../../components/Button.tsx'
import { FormDialog } from '../../components/FormDialog.tsx'
import { formatJson, parseJson, printJson } from '../../components/json.ts'
import { JsonEditor } from '../../components/JsonEditor.tsx'
import { SelectField } from '../../components/SelectField.tsx'
import { TextField } from '../../components/TextField.tsx'
import { toast } from '../../components/toasts.ts'
import { users as words } from '../../strings/users.ts'
import { allowsAll, policyOf, type Template } from './policy-templates.ts'
import { usersKey, type User } from './queries.ts'

interface PolicyDialogProps {
  readonly of: User
  /** Undefined for a new one. */
  readonly policy?: User['policies'][number] | undefined
  onClose(): void
}

const nothing = { bucket: '', prefix: '' }

export function PolicyDialog({ of: user, policy, onClose }: PolicyDialogProps) {
  const client = useQueryClient()
  const [name, setName] = useState(policy?.name ?? '')
  const [text, setText] = useState(
    policy ? formatJson(policy.policy) : printJson(policyOf('empty', user.role, nothing)),
  )
  const parsed = parseJson(text)
  async function save(): Promise<void> {
    if ('fault' in parsed) return
    const params = { path: { user: user.id, policy: name } }
    // What is no object is refused by the server, in its words.
    await api.PUT('/v1/users/{user}/policies/{policy}', { params, body: parsed.value as Record<string, unknown> })
    await client.invalidateQueries({ queryKey: usersKey })
    toast(words.policySaved(name))
    onClose()
  }
  return (
    <FormDialog
      kind="wide"
      title={policy ? words.editPolicy(policy.name) : words.addPolicy}
      submit={words.policySubmit}
      incomplete={name === '' || 'fault' in parsed}
      onSubmit={save}
      onClose={onClose}
    >
      {policy === undefined && (
        <>
          <TextField
            label={words.policyName}
            hint={words.policyNameHint}
            value={name}
            onChange={setName}
            maxLength={128}
            autoComplete="off"
            autoFocus
          />
          <TemplateChoice
            of={user}
            onChosen={(chosen, document) => {
              setText(printJson(document))
              if (name === '') setName(chosen)
            }}
          />
        </>
      )}
      <JsonEditor label={words.policyDocument} value={text} onChange={setText} />
    </FormDialog>
  )
}

const templates = (['empty', 'read', 'bucket', 'prefix'] as const).map((value: Template) => ({
  value,
  label: words.templates[value],
}))
/** What a policy is called that nobody gave a name. */
const templateNames = { empty: 'policy', read: 'read-only', bucket: 'one-bucket', prefix: 'one-folder' } as const

interface TemplateChoiceProps {
  readonly of: User
  onChosen(name: string, document: object): void
}

function TemplateChoice({ of: { role }, onChosen }: TemplateChoiceProps) {
  const buckets = useQuery({ ...allBucketsQuery, enabled: useRight('storage.read') })
  const [template, setTemplate] = useState<Template>('empty')
  const [bucket, setBucket] = useState('')
  const [prefix, setPrefix] = useState('')
  const needsBucket = template === 'bucket' || template === 'prefix'
  const incomplete = (needsBucket && bucket === '') || (template === 'prefix' && prefix === '')
  return (
    <div className="stack-small">
      <SelectField
        label={words.template}
        value={template}
        options={templates}
        onChange={(value) => setTemplate(value)}
      />
      {needsBucket &&
        (buckets.data === undefined ? (
          <TextField label={words.templateBucket} value={bucket} onChange={setBucket} mono />
        ) : (
          <BucketField
            label={words.templateBucket}
            names={buckets.data.map((each) => each.name)}
            value={bucket}
            onChange={setBucket}
          />
        ))}
      {template === 'prefix' && (
        <TextField
          label={words.templatePrefix}
          hint={words.templatePrefixHint}
          value={prefix}
          onChange={setPrefix}
          mono
        />
      )}
      <div className="row">
        <Button
          size="small"
          disabled={incomplete}
          onClick={() => onChosen(templateNames[template], policyOf(template, role, { bucket, prefix }))}
        >
          {words.useTemplate}
        </Button>
        <span className="soft small">{allowsAll(role) ? words.templateDenies : words.templateAllows}</span>
      </div>
    </div>
  )
}
