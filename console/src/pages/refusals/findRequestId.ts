/** Finds the request id in whatever was pasted: the id alone, an error in XML or JSON, headers, a client's output. */

/** Most certain first. */
const patterns: readonly RegExp[] = [
  /<RequestId>\s*([\da-f]{16})\s*<\/RequestId>/i,
  /["']?request_?id["']?\s*[:=]\s*["']?([\da-f]{16})\b/i,
  /x-(?:amz-)?request-id["']?\s*[:=,]\s*\(?["']?([\da-f]{16})\b/i,
  /request[ -]?id\W{1,4}([\da-f]{16})\b/i,
  /(?<![\da-z])([\da-f]{16})(?![\da-z])/i,
]

export function findRequestId(text: string): string | undefined {
  for (const pattern of patterns) {
    const [, id] = pattern.exec(text) ?? []
    if (id !== undefined) return id.toUpperCase()
  }
  return undefined
}
