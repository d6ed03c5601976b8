/** The CORS rules of a bucket, in a form or as JSON. */
import { useQuery } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import type { Bucket } from '../../../api/buckets.ts'
import { textsOf, type Json } from '../../../api/bucketSettings.ts'
import { api, dataOf } from '../../../api/client.ts'
import { Button } from '../../../components/Button.tsx'
import { cors as words } from '../../../strings/cors.ts'
import { CorsRule } from './CorsRule.tsx'
import { withMember } from './rules.ts'
import { RulesCard } from './RulesCard.tsx'

export function CorsSection({ bucket: { name } }: { readonly bucket: Bucket }) {
  return (
    <RulesCard
      bucket={name}
      setting="cors"
      member="CORSRules"
      rulesMax={100}
      words={words}
      isWhole={isWhole}
      tidy={tidy}
      form={(rule) => <CorsRule {...rule} />}
      adding={(onAdd) => <Adding onAdd={onAdd} />}
    />
  )
}

function Adding({ onAdd }: { onAdd(rule: Json): void }) {
  const presets = useQuery({
    queryKey: ['cors-presets'],
    queryFn: async () => (await dataOf(api.GET('/v1/cors-presets'))).presets,
    staleTime: Infinity,
  })
  return (
    <div className="row">
      <Button
        size="small"
        icon={<Plus aria-hidden="true" />}
        onClick={() => onAdd({ AllowedOrigins: [], AllowedMethods: ['GET'] })}
      >
        {words.add}
      </Button>
      {presets.data !== undefined && <span className="soft small">{words.presets}</span>}
      {presets.data?.map(({ name, rule }) => (
        <Button key={name} size="small" onClick={() => onAdd({ ...rule, AllowedOrigins: [] })}>
          {words.preset[name]}
        </Button>
      ))}
    </div>
  )
}

const isWhole = (rule: Json): boolean =>
  textsOf(rule['AllowedOrigins']).some((origin) => origin.trim() !== '') && textsOf(rule['AllowedMethods']).length > 0

/** Without the empty lines that are there while somebody writes. */
function tidy(rule: Json): Json {
  let tidied = rule
  for (const name of ['AllowedOrigins', 'AllowedHeaders', 'ExposeHeaders']) {
    if (!(name in rule)) continue
    const lines = textsOf(rule[name])
      .map((line) => line.trim())
      .filter((line) => line !== '')
    tidied = withMember(tidied, name, lines.length === 0 && name !== 'AllowedOrigins' ? undefined : lines)
  }
  return tidied
}
