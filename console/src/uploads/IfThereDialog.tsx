/** Asks once, for all files that were chosen together, what to do with those that are there already. */
import { useState } from 'react'
import { ChoiceField } from '../components/ChoiceField.tsx'
import { FormDialog } from '../components/FormDialog.tsx'
import { ObjectName } from '../components/ObjectName.tsx'
import { uploads as words } from '../strings/uploads.ts'
import { answerIfThere, type IfThere } from './queue.ts'
import type { Upload } from './store.ts'

const namesShownMax = 5

export function IfThereDialog({ uploads }: { readonly uploads: readonly Upload[] }) {
  const [answer, setAnswer] = useState<IfThere>('skip')
  const asking = uploads.filter(({ state }) => state === 'asking')
  const batch = asking[0]?.batch
  if (batch === undefined) return null
  const together = asking.filter((upload) => upload.batch === batch)
  return (
    <FormDialog
      title={words.existsTitle(together.length)}
      description={words.existsText}
      submit={words.existsSubmit}
      onSubmit={() => answerIfThere(batch, answer)}
      onClose={() => answerIfThere(batch, 'skip')}
    >
      <ul className="small wrap-anywhere">
        {together.slice(0, namesShownMax).map(({ id, key }) => (
          <li key={id}>
            <ObjectName name={key} />
          </li>
        ))}
        {together.length > namesShownMax && <li className="soft">{words.more(together.length - namesShownMax)}</li>}
      </ul>
      <ChoiceField<IfThere>
        label={words.existsQuestion}
        value={answer}
        onChange={setAnswer}
        options={[
          { value: 'skip', title: words.skip, text: words.skipText },
          { value: 'replace', title: words.replace, text: words.replaceText },
          { value: 'keep', title: words.keep, text: words.keepText },
        ]}
      />
    </FormDialog>
  )
}
