/** `entrepot url`: links to objects, for a time: through delivery with a token, or through S3 with a signature. */
import { Option, type Command } from 'commander'
import { deliveryUrl, uriOfKey } from '../admin/delivery-url.ts'
import { collect, parseDuration, parseNumber, showTime } from './amounts.ts'
import { UsageFault } from './failure.ts'
import { readText } from './files.ts'
import { accountOption, manageOrder } from './manage.ts'
import type { Conversation, Toolbox } from './toolbox.ts'

/** As the management API answers it. */
interface SignedUrl {
  readonly url: string
  readonly token: string
  readonly key_id: string
  readonly expires: string | null
}

interface Signing {
  readonly expires: number | 'never'
  readonly uri?: string
  readonly path?: boolean
  readonly ip?: readonly string[]
  readonly referer?: readonly string[]
  readonly country?: readonly string[]
  readonly rate?: number
  readonly keyFile?: string
  readonly keyId?: string
  readonly account?: string
}

const objectArgument = ['<object>', 's3://BUCKET/KEY, or BUCKET/KEY'] as const

export function addUrlCommands(program: Command, toolbox: Toolbox): void {
  const url = program
    .command('url')
    .summary('Make links to objects that are good for a time')
    .description(
      'Makes links for those who have no key of their own. sign: for viewers, through delivery; it can open a whole folder, such as a title with its segments. presign: for one request to S3, such as an upload.',
    )
  addSign(url, toolbox)
  addPresign(url, toolbox)
}

function addSign(url: Command, { equip, converse, surroundings }: Toolbox): void {
  equip(
    url
      .command('sign')
      .argument(...objectArgument)
      .addOption(
        new Option('--expires <time>', 'How long it is good: seconds, 30m, 2h, 7d, or never')
          .argParser(parseDuration)
          .default(3600, '1h'),
      )
      .option('--uri <path>', 'What it opens: a folder, / for the whole bucket (the object)')
      .option('--path', 'Put the token into the path, which relative links keep')
      .option('--ip <address>', 'Only from this address or network; may be repeated', collect)
      .option('--referer <host>', 'Only from pages of this host; may be repeated', collect)
      .option('--country <code>', 'Only from this country; may be repeated', collect)
      .option('--rate <bytes>', 'Bytes a second at most', parseNumber)
      .option('--key-file <file>', 'Sign here, with the private key of this PEM file')
      .option('--key-id <id>', 'The id of that signing key')
      .option(...accountOption),
  )
    .summary('Make a link through delivery')
    .description(
      "Prints a link with a token, which opens the object in a bucket whose delivery policy is authenticated. The server signs it with a key of its own, which is among the bucket's signing keys, unless you sign with yours.",
    )
    .addHelpText(
      'after',
      `
Examples:
  entrepot url sign s3://films/intro.mp4
  entrepot url sign films/one/master.m3u8 --uri /films/one/ --expires 12h
  entrepot url sign films/one.mp4 --key-file films.pem --key-id ID

Next: entrepot signing-keys list. Deleting the key ends the links made with it.`,
    )
    .action(async (object: string, given: Signing, command: Command) => {
      const target = parseObject(object)
      const { keyFile, keyId } = given
      if ((keyFile === undefined) !== (keyId === undefined)) {
        throw new UsageFault(['--key-file and --key-id go together: the id tells the server which key to verify with.'])
      }
      const privateKey = keyFile === undefined ? undefined : await readText(surroundings, keyFile)
      const { ask, tell } = await converse(command)
      const signed =
        privateKey === undefined || keyId === undefined
          ? await signByServer(ask, target, given)
          : await signHere(ask, target, given, { id: keyId, privateKey }, surroundings.clock.now())
      tell(signed, () => `${signed.url}\n`)
    })
}

const claimsOf = ({ ip, referer, country, rate }: Signing) => ({ ip, referer, country, rate })

function signByServer(ask: Conversation['ask'], target: Target, given: Signing): Promise<SignedUrl> {
  const { account, uri, path } = given
  const expires = given.expires === 'never' ? null : given.expires
  const body = {
    ...target,
    uri,
    expires_seconds: expires,
    by: path === true ? 'path' : 'query',
    claims: claimsOf(given),
  }
  return ask<SignedUrl>(manageOrder('SignUrl', { account, body }))
}

/** The private key does not leave this process: the server is asked only where the bucket is. */
async function signHere(
  ask: Conversation['ask'],
  { bucket, key }: Target,
  given: Signing,
  signer: { readonly id: string; readonly privateKey: string },
  nowMs: number,
): Promise<SignedUrl> {
  const { account, expires, uri = uriOfKey(key), path } = given
  const order = manageOrder('GetBucket', { account, params: { bucket } })
  const { bucket: found } = await ask<{ bucket: { delivery_url: string } }>(order)
  const expiresAt = expires === 'never' ? undefined : nowMs + expires * 1000
  const claims = Object.fromEntries(Object.entries(claimsOf(given)).filter(([, value]) => value !== undefined))
  // Loaded here, since no other command signs.
  const { signDeliveryToken } = await import('../access/delivery-token.ts')
  const token = await signDeliveryToken({ key: signer, uri, expiresAt, claims })
  return {
    url: deliveryUrl(found.delivery_url, key, token, path === true ? 'path' : 'query'),
    token,
    key_id: signer.id,
    expires: expiresAt === undefined ? null : showTime(expiresAt),
  }
}

interface Presigning {
  readonly method: string
  readonly expires: number | 'never'
  readonly key?: string
  readonly versionId?: string
  readonly account?: string
}

interface PresignedUrl {
  readonly url: string
  readonly expires_seconds: number
  readonly access_key_id: string
}

function addPresign(url: Command, { equip, performShowing }: Toolbox): void {
  equip(
    url
      .command('presign')
      .argument(...objectArgument)
      .addOption(
        new Option('--method <method>', 'What may be done with it')
          .choices(['GET', 'HEAD', 'PUT', 'DELETE'])
          .default('GET', 'GET'),
      )
      .addOption(
        new Option('--expires <time>', 'How long it is good: seconds, 30m, 2h; 7d at most')
          .argParser(parseDuration)
          .default(3600, '1h'),
      )
      .option('--key <id>', "The access key that signs (the account's first active one)")
      .option('--version-id <id>', 'Of this version of the object')
      .option(...accountOption),
  )
    .summary('Make a link to S3 for one kind of request')
    .description(
      'Prints a presigned URL (Signature Version 4) of the public S3 endpoint. Whoever has it may do what it says, with the rights of the access key, until it expires.',
    )
    .addHelpText(
      'after',
      `
Example:
  curl -T film.mp4 "$(entrepot url presign films/one.mp4 --method PUT)"

Next: entrepot keys list. Deactivating the key ends the links made with it.`,
    )
    .action((object: string, given: Presigning, command: Command) => {
      const { account, method, expires, key: access_key_id, versionId: version_id } = given
      if (expires === 'never') throw new UsageFault(['A presigned URL is good for 7 days at most.'])
      const body = { ...parseObject(object), method, expires_seconds: expires, access_key_id, version_id }
      return performShowing(command, manageOrder('Presign', { account, body }), {
        text: (presigned: PresignedUrl) => `${presigned.url}\n`,
      })
    })
}

interface Target {
  readonly bucket: string
  readonly key: string
}

/** The key is taken as it is written: nothing is decoded. */
function parseObject(text: string): Target {
  const path = text.startsWith('s3://') ? text.slice('s3://'.length) : text
  const slash = path.indexOf('/')
  if (slash > 0 && slash < path.length - 1) return { bucket: path.slice(0, slash), key: path.slice(slash + 1) }
  throw new UsageFault([`${JSON.stringify(text)} names no object; write s3://BUCKET/KEY.`])
}
