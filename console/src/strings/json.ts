/** The editor of JSON. */
export const jsonWords = {
  noJson: 'This is no JSON.',
  end: 'Nothing more belongs after the document.',
  value: 'A value belongs here: "text", a number, true, false, null, { or [.',
  tooDeep: 'This is nested too deeply.',
  memberName: 'A name in double quotes belongs here.',
  colon: 'A colon belongs after the name.',
  commaOr: (end: string) => `A comma or ${end} belongs here.`,
  string: 'This text does not end, or has something in it that must be written with \\.',
  at: (line: number, column: number, message: string) => `Line ${line}, column ${column}: ${message}`,
  goThere: 'Go there',
  format: 'Format',
} as const
