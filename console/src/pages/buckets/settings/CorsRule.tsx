/** One rule of CORS, in a form. What the form does not show stays in the rule. */
import { numberText, textOf, textsOf, typedNumber } from '../../../api/bucketSettings.ts'
import { Button } from '../../../components/Button.tsx'
import { Checkbox } from '../../../components/Checkbox.tsx'
import { TextField } from '../../../components/TextField.tsx'
import { cors as words } from '../../../strings/cors.ts'
import { withMember } from './rules.ts'
import type { RuleProps } from './RulesCard.tsx'

const methods = ['GET', 'HEAD', 'PUT', 'POST', 'DELETE'] as const

export function CorsRule({ rule, number, readOnly, onChange, onRemove }: RuleProps) {
  const origins = textsOf(rule['AllowedOrigins'])
  const chosen = textsOf(rule['AllowedMethods'])
  const set = (name: string, value: unknown): void => onChange(withMember(rule, name, value))
  const lines = (name: string) => ({
    lines: 3,
    mono: true,
    value: textsOf(rule[name]).join('\n'),
    onChange: (text: string) => set(name, text === '' ? undefined : text.split('\n')),
  })
  return (
    <fieldset className="rule stack">
      <legend className="visually-hidden">{words.rule(number)}</legend>
      <div className="rule-head">
        <h3>{words.rule(number)}</h3>
        {!readOnly && (
          <Button size="small" aria-label={words.remove(number)} onClick={onRemove}>
            {words.removeShort}
          </Button>
        )}
      </div>
      <TextField
        {...lines('AllowedOrigins')}
        label={words.origins}
        hint={words.originsHint}
        error={origins.some((origin) => origin.trim() !== '') ? undefined : words.originsMissing}
        onChange={(text) => set('AllowedOrigins', text === '' ? [] : text.split('\n'))}
      />
      <fieldset>
        <legend>{words.methods}</legend>
        <div className="checks">
          {methods.map((method) => (
            <Checkbox
              key={method}
              checked={chosen.includes(method)}
              onChange={(on) =>
                set(
                  'AllowedMethods',
                  methods.filter((one) => (one === method ? on : chosen.includes(one))),
                )
              }
            >
              {method}
            </Checkbox>
          ))}
        </div>
        {chosen.length === 0 && (
          <p className="field-error" role="alert">
            {words.methodsMissing}
          </p>
        )}
      </fieldset>
      <div className="fields">
        <TextField {...lines('AllowedHeaders')} label={words.headers} hint={words.headersHint} />
        <TextField {...lines('ExposeHeaders')} label={words.expose} hint={words.exposeHint} />
      </div>
      <div className="fields">
        <TextField
          label={words.maxAge}
          hint={words.maxAgeHint}
          inputMode="numeric"
          value={numberText(rule['MaxAgeSeconds'])}
          onChange={(text) => set('MaxAgeSeconds', typedNumber(text, rule['MaxAgeSeconds']))}
        />
        <TextField
          label={words.id}
          value={textOf(rule['ID'])}
          onChange={(text) => set('ID', text === '' ? undefined : text)}
        />
      </div>
    </fieldset>
  )
}
