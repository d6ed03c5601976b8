/** What `serve` says when it is ready: where it is, with which key, and a line to copy. */
import { join } from 'node:path'
import type { Config } from '../config.ts'
import type { RunningServer, Surroundings } from './surroundings.ts'
import { bold, pairs } from './text.ts'

/** For people. */
export function welcome(surroundings: Surroundings, config: Config, running: RunningServer): string {
  const { terminal, version } = surroundings
  const self = callOurselves(surroundings)
  const { s3 } = running.endpoints
  const key = running.firstKey
  const keys = key
    ? `${pairs([
        ['Access key', key.accessKeyId],
        ['Secret', key.secretAccessKey.reveal()],
      ])}\n  ${bold(terminal, 'Keep the secret now: it is not shown again.')} A new one: ${self} keys regenerate ${key.accessKeyId}\n`
    : pairs([
        config.firstKey
          ? ['Access key', `${config.firstKey.accessKeyId}, with the secret of your configuration`]
          : ['Access keys', `${self} keys list`],
      ])
  const trial = key ? `\nTry it in another terminal:\n\n${tryOut(self, config, running)}` : ''
  const setup = running.setupUrl
  const signIn = setup
    ? `\n${pairs([['First sign-in', setup.reveal()]])}\n  The link works once, for 24 hours. A new one: ${self} users sign-in-link\n`
    : ''
  return `${bold(terminal, `entrepot ${version}`)}\n\n${pairs(placesOf(config, running))}\n${keys}${signIn}${trial}\n${bold(terminal, `Ready on ${s3}`)}. Ctrl-C stops the server.\n`
}

function placesOf(config: Config, { endpoints }: RunningServer): (readonly [name: string, place: string])[] {
  const { s3, s3Further = [], delivery, tls, http, admin } = endpoints
  return [
    ['S3 endpoint', s3],
    ...s3Further.map((url) => ['S3 endpoint', url] as const),
    ['Region', config.region],
    ['Delivery', `${delivery}/<bucket>/<key>`],
    ...(tls === undefined ? [] : [['All, over TLS', tls] as const]),
    ...(tls !== undefined && config.tlsSelfSigned ? [['CA to trust', join(config.data, caFile)] as const] : []),
    ...(http === undefined ? [] : [['Sent to TLS', http] as const]),
    ['Console', `${admin}/`],
    ['Management', `${admin}/v1`],
    ['Health', `${admin}/health/ready`],
    ['Data folder', config.data],
  ]
}

/** Where a server with certificates of its own keeps its authority's. */
const caFile = 'tls/ca.pem'

/** How the program is called here: in a clone, where npm started us, it is on no path. */
const callOurselves = ({ env }: Surroundings): string =>
  env['npm_lifecycle_event'] === undefined ? 'entrepot' : 'npx entrepot'

function tryOut(self: string, config: Config, { endpoints, firstKey }: RunningServer): string {
  const lines = [
    `export AWS_ACCESS_KEY_ID=${firstKey?.accessKeyId} AWS_SECRET_ACCESS_KEY=${firstKey?.secretAccessKey.reveal()} AWS_DEFAULT_REGION=${config.region}`,
    `aws --endpoint-url ${endpoints.s3} s3 mb s3://photos`,
    `aws --endpoint-url ${endpoints.s3} s3 cp README.md s3://photos/`,
    `${self} url sign s3://photos/README.md    # a link for a browser, good for an hour`,
    '',
    '# or without the AWS CLI:',
    `curl --aws-sigv4 aws:amz:${config.region}:s3 --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" -H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' -X PUT ${endpoints.s3}/photos`,
  ]
  return lines.map((line) => (line === '' ? '\n' : `  ${line}\n`)).join('')
}

/** The same facts for a machine, in one line. */
export function welcomeLine({ version }: Surroundings, config: Config, running: RunningServer): string {
  const { endpoints, firstKey, setupUrl } = running
  const facts = {
    ready: true,
    version,
    endpoints,
    region: config.region,
    data: config.data,
    accessKeyId: firstKey?.accessKeyId ?? config.firstKey?.accessKeyId,
    secretAccessKey: firstKey?.secretAccessKey.reveal(),
    setupUrl: setupUrl?.reveal(),
  }
  return `${JSON.stringify(facts)}\n`
}
