/** Which passwords are refused: too short, too long, made of what cannot be typed, or the first that anybody would try (NIST SP 800-63B 5.1.1.2). */

/** In characters (code points), once normalised. */
export const passwordLengthMin = 8
export const passwordLengthMax = 256
/** Fewer different characters than this are a pattern. */
const differentMin = 5

/**
 * As it is hashed and compared: RFC 8265 4.2.2, where spaces of other kinds become the ordinary one, and then NFC. Undefined for what can be
 * nobody's password: too long, control characters, half of a surrogate pair.
 */
export function normalisePassword(password: string): string | undefined {
  if (password.length > passwordLengthMax * 4 || !password.isWellFormed() || /\p{Cc}/u.test(password)) return undefined
  const normal = password.replace(/\p{Zs}/gu, ' ').normalize('NFC')
  return Array.from(normal).length > passwordLengthMax ? undefined : normal
}

/** Why a user may not have this password, normalised, as the end of a sentence that does not repeat it; undefined where they may. */
export function passwordFault(password: string, userName: string): string | undefined {
  if (Array.from(password).length < passwordLengthMin) return `must have at least ${passwordLengthMin} characters`
  const text = password.toLowerCase()
  if (new Set(text).size < differentMin) return 'is made of too few different characters'
  if (isRun(text)) return 'is a row of neighbouring characters'
  const [core, unit] = [coreOf(text), repeatedUnit(text)]
  const words = [text, core, unit, coreOf(unit), repeatedUnit(core)]
  const name = userName.toLowerCase()
  if (words.includes(name) || words.includes(coreOf(name))) return "is the user's name, or that with little added"
  if (words.some((word) => common.has(word) || common.has(spelledOut(word)))) return 'is one that everybody tries first'
  return undefined
}

/** Without the digits and signs around it, which people add when they are asked for some. */
const coreOf = (text: string): string => text.replace(/^[\d\p{P}\p{S} ]+|[\d\p{P}\p{S} ]+$/gu, '') || text

/** `p4$$w0rd` → `password`. */
const spelledOut = (text: string): string => text.replace(/[0134579@$!]/g, (sign) => spelling[sign]!)
const spelling: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '9': 'g',
  '@': 'a',
  $: 's',
  '!': 'i',
}

/** `abcabc` → `abc`; a text that is no repetition is its own unit. */
const repeatedUnit = (text: string): string => (text === '' ? '' : text.slice(0, (text + text).indexOf(text, 1)))

/** `12345678`, `hgfedcba`, `qwertyuiop`. */
function isRun(text: string): boolean {
  const backward = Array.from(text).reverse().join('')
  return rows.some((row) => row.includes(text) || row.includes(backward))
}

const rows = [
  '01234567890123456789',
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiop[]asdfghjkl;zxcvbnm,./',
  'qwertzuiopasdfghjklyxcvbnm',
  'azertyuiopqsdfghjklmwxcvbn',
  '1q2w3e4r5t6y7u8i9o0p',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/',
  'qazwsxedcrfvtgbyhnujmikolp',
  'йцукенгшщзхъфывапролджэячсмитьбю',
  '!@#$%^&*()_+',
]

/**
 * In small letters, without the digits and signs around them: what tops every published list of passwords that leaked, and what names this kind of
 * server.
 */
const common = new Set(
  `abc access account admin administrator aaron alexander alexis amanda america andrea andrew angel angela angels anthony apple arsenal asdf asdfasdf
  asdfgh ashley asshole austin azerty babygirl badboy bailey banana barcelona barney baseball basketball batman benjamin bigdaddy bitch blahblah blink
  bonjour boomer brandon buster butterfly camaro caroline casino changeit changeme charlie charlotte cheese chelsea chicken chocolate chopper christian
  cloud compaq computer console cookie corvette cowboys creative daniel danielle default demo diablo diamond dolphin dragon dubsmash eagles elephant
  elizabeth eminem entrepot entrepotadmin everton fender ferrari fireball florida flower flowers football forever freedom fuckme fuckyou gabriel garfield
  gateway gfhjkm ginger godzilla golfer google guest guitar gundam hacker hammer hannah hardcore harley heather hello helloworld hockey hottie hunter
  iceman iloveu iloveyou internet ironman jackson jasmine jasper jennifer jessica jessie jordan joseph joshua justin killer kristina ladybug letmein
  letmeinnow liverpool london lovely loveme loveyou madison maggie magnum manager marina marlboro martin master matrix matthew maverick melissa mercedes
  merlin metallica michael michelle microsoft mickey midnight minecraft minio minioadmin monkey monster morgan mother motorola mountain muffin mustang
  mynoob myspace nascar natalie naruto natasha nathan newyork nicholas nicole nikita ninja nintendo nirvana nothing office oliver operator orange
  ou812 pakistan panther parola passw passwd passwort password passwordpassword patrick peanut pepper phoenix playboy pokemon porsche princess private
  purple pussy qwer qwert qwerty qwertyqwerty rachel raiders rainbow ranger rangers rebecca redsox richard robert rockstar rockyou root rootroot rosebud
  runescape rush samantha samsung sandra scooter scorpion secret secretpassword security senha server shadow simple slayer slipknot smokey snoopy soccer
  sophie spider spiderman squirt starwars startrek steelers stephanie steven storage sterling summer autumn winter spring sunday monday sunflower sunshine
  superman superuser support swordfish taylor temp temporary tennis test tester testing testtest thomas thunder thx tigger tinkerbell toor toyota travis
  trinity trustno trustnoone twilight unknown user username vanessa veronica vfhbyf victoria video viking volcom warrior welcome welcometo whatever
  william windows winner winston wizard xbox xxxxxx yamaha yankees yellow zaq zaqwsx zxcvbn`.split(/\s+/),
)
