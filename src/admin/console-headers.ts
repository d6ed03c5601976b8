/** What the console's answers say to a browser, so that nothing that gets into a page can load, send or frame anything. */

interface HeadersOrder {
  /** Where users' content is shown from, and uploaded media are played from. */
  readonly contentOrigin: string
  /** Of this one page; undefined for other files. */
  readonly nonce: string | undefined
  readonly secure: boolean
}

/** Name, value, name, value … */
export const consoleHeaders = ({ secure, ...order }: HeadersOrder): readonly string[] => [
  ...['content-security-policy', contentSecurityPolicy(order)],
  ...['x-content-type-options', 'nosniff'],
  ...['referrer-policy', 'no-referrer'],
  ...['cross-origin-opener-policy', 'same-origin'],
  ...['cross-origin-resource-policy', 'same-origin'],
  ...['permissions-policy', permissionsPolicy],
  ...['x-frame-options', 'DENY'],
  ...(secure ? ['strict-transport-security', 'max-age=31536000'] : []),
]

/** The nonce is for styles alone: what renders a component may bring a style, and never a script. */
const contentSecurityPolicy = ({ contentOrigin, nonce }: Omit<HeadersOrder, 'secure'>): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self'${nonce === undefined ? '' : ` 'nonce-${nonce}'`}`,
    `img-src 'self' data: blob: ${contentOrigin}`,
    `media-src 'self' blob: ${contentOrigin}`,
    `connect-src 'self' ${contentOrigin}`,
    `frame-src ${contentOrigin}`,
    "font-src 'self'",
    "worker-src 'self' blob:",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "manifest-src 'self'",
    "require-trusted-types-for 'script'",
  ].join('; ')

/** What a browser would allow to a page unless it is told not to. */
const denied = [
  ...['accelerometer', 'autoplay', 'browsing-topics', 'camera', 'clipboard-read', 'display-capture', 'encrypted-media'],
  ...['geolocation', 'gyroscope', 'hid', 'identity-credentials-get', 'idle-detection', 'local-fonts', 'magnetometer'],
  ...['microphone', 'midi', 'otp-credentials', 'payment', 'publickey-credentials-create', 'publickey-credentials-get'],
  ...['screen-wake-lock', 'serial', 'storage-access', 'usb', 'window-management', 'xr-spatial-tracking'],
]
const allowed = ['clipboard-write', 'fullscreen', 'picture-in-picture']

const permissionsPolicy = [
  ...denied.map((feature) => `${feature}=()`),
  ...allowed.map((feature) => `${feature}=(self)`),
].join(', ')
