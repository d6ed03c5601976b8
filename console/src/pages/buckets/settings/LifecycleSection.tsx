/** The lifecycle rules of a bucket, in a form or as JSON. */
import { Plus } from 'lucide-react'
import type { Bucket } from '../../../api/buckets.ts'
import { textOf, type Json } from '../../../api/bucketSettings.ts'
import { Button } from '../../../components/Button.tsx'
import { lifecycle as words } from '../../../strings/lifecycle.ts'
import { isWhole } from './LifecycleActions.tsx'
import { LifecycleRule, RuleInWords } from './LifecycleRule.tsx'
import { sayRule } from './lifecycleWords.ts'
import { RulesCard } from './RulesCard.tsx'

export function LifecycleSection({ bucket }: { readonly bucket: Bucket }) {
  const versioned = bucket.versioning !== null
  return (
    <RulesCard
      bucket={bucket.name}
      setting="lifecycle"
      member="Rules"
      rulesMax={1000}
      words={words}
      isWhole={isWhole}
      tidy={tidy}
      explain={(rules) =>
        rules.map((rule, index) => (
          // The place is all that tells one from another while they are written.
          <RuleInWords key={index} said={sayRule(rule, versioned)} title={words.rule(index + 1, textOf(rule['ID']))} />
        ))
      }
      form={(rule) => <LifecycleRule {...rule} versioned={versioned} />}
      adding={(onAdd) => (
        <div>
          <Button
            size="small"
            icon={<Plus aria-hidden="true" />}
            onClick={() => onAdd({ ID: '', Status: 'Enabled', Filter: { Prefix: '' } })}
          >
            {words.add}
          </Button>
        </div>
      )}
    />
  )
}

/** The server makes an id where there is none. */
const tidy = ({ ID, ...rule }: Json): Json => (ID === undefined || ID === '' ? rule : { ID, ...rule })
