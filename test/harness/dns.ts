/** A DNS server on this machine, for tests: it answers from a table (RFC 1035), and says that other names do not exist. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'

export interface DnsRecord {
  /** In small letters; `*` answers for every name that has no record of its own. */
  readonly name: string
  readonly type: 'A' | 'TXT' | 'CNAME'
  readonly value: string
}

export interface TestDns extends AsyncDisposable {
  /** `127.0.0.1:port` */
  readonly address: string
  /** All questions so far, `A a.com`. */
  readonly asked: readonly string[]
  /** Takes the place of the former table. */
  setRecords(records: readonly DnsRecord[]): void
  stop(): Promise<void>
}

const typeCodes = { A: 1, CNAME: 5, TXT: 16 } as const
const headerSize = 12
const noSuchName = 3

export async function startDns(initial: readonly DnsRecord[] = []): Promise<TestDns> {
  let records = initial
  const asked: string[] = []
  const socket = createSocket('udp4')
  socket.on('message', (question, { address, port }) => {
    const { name, type, end } = readQuestion(question)
    asked.push(`${typeName(type)} ${name}`)
    const own = records.filter((record) => record.name === name)
    const known = own.length > 0 ? own : records.filter((record) => record.name === '*')
    // A name that is an alias is one for every type.
    const answers = known.filter((record) => typeCodes[record.type] === type || record.type === 'CNAME')
    const header = Buffer.alloc(headerSize)
    question.copy(header, 0, 0, 2)
    header.writeUInt16BE(0x8580 | (known.length === 0 ? noSuchName : 0), 2)
    header.writeUInt16BE(1, 4)
    header.writeUInt16BE(answers.length, 6)
    socket.send(
      Buffer.concat([header, question.subarray(headerSize, end), ...answers.map(encodeAnswer)]),
      port,
      address,
    )
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const stop = async (): Promise<void> => {
    const closed = once(socket, 'close')
    socket.close()
    await closed
  }
  return {
    address: `127.0.0.1:${socket.address().port}`,
    asked,
    setRecords: (next) => void (records = next),
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

function readQuestion(message: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = []
  let at = headerSize
  for (let size = message[at]!; size > 0; size = message[at]!) {
    labels.push(message.toString('latin1', at + 1, at + 1 + size).toLowerCase())
    at += 1 + size
  }
  return { name: labels.join('.'), type: message.readUInt16BE(at + 1), end: at + 5 }
}

const typeName = (code: number): string =>
  Object.entries(typeCodes).find(([, value]) => value === code)?.[0] ?? String(code)

/** The name is a pointer to the question's. */
function encodeAnswer({ type, value }: DnsRecord): Buffer {
  const data =
    type === 'A' ? Buffer.from(value.split('.').map(Number)) : type === 'TXT' ? encodeTexts(value) : encodeName(value)
  const head = Buffer.alloc(12)
  head.writeUInt16BE(0xc000 | headerSize, 0)
  head.writeUInt16BE(typeCodes[type], 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt32BE(1, 6)
  head.writeUInt16BE(data.length, 10)
  return Buffer.concat([head, data])
}

/** Pieces of at most 255 bytes. */
const encodeTexts = (text: string): Buffer =>
  Buffer.concat(
    (text.match(/.{1,255}/gs) ?? ['']).map((piece) =>
      Buffer.from(`${String.fromCharCode(piece.length)}${piece}`, 'latin1'),
    ),
  )

const encodeName = (name: string): Buffer =>
  Buffer.concat([
    ...name.split('.').map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`)),
    Buffer.of(0),
  ])
