/** What was stored cannot be read back as it was written. */
export class ContentDamaged extends Error {
  override readonly name = 'ContentDamaged'
}
