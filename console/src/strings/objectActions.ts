/** What is done with objects: the questions before it, and what is said while and after it. */
const number = (count: number): string => count.toLocaleString()
const objects = (count: number): string => (count === 1 ? '1 object' : `${number(count)} objects`)
const were = (count: number): string => `${objects(count)} ${count === 1 ? 'was' : 'were'}`

export const objectActions = {
  items: (count: number) => `${number(count)} items`,
  andMore: (count: number) => `and ${number(count)} more`,
  everythingIn: (name: string) => `everything in ${name}`,
  copying: (name: string, place: string) => `Copying ${name} to ${place}`,
  moving: (name: string, place: string) => `Moving ${name} to ${place}`,
  renaming: (name: string, newName: string) => `Renaming ${name} to ${newName}`,
  copied: (count: number) => `${were(count)} copied.`,
  moved: (count: number) => `${were(count)} moved.`,
  renamed: (count: number) => `${were(count)} renamed.`,
  deleting: {
    current: (name: string) => `Deleting ${name}`,
    versions: (name: string) => `Deleting versions for ever: ${name}`,
    deleted: (name: string) => `Deleting for ever: ${name}`,
    uploads: (name: string) => `Aborting uploads: ${name}`,
  },
  deleted: {
    current: (count: number) => `${were(count)} deleted.`,
    versions: (count: number) => `${number(count)} ${count === 1 ? 'version was' : 'versions were'} deleted for ever.`,
    deleted: (count: number) => `${were(count)} deleted for ever.`,
    uploads: (count: number) => `${number(count)} ${count === 1 ? 'upload was' : 'uploads were'} aborted.`,
  },
  undeleting: (name: string) => `Undeleting ${name}`,
  undeleted: (count: number) => `${were(count)} had back.`,
  restoring: (name: string) => `Restoring ${name}`,
  restored: (count: number) => `${objects(count)} ${count === 1 ? 'is' : 'are'} as before again.`,
  isThere: 'There is an object of that name already, and it was left as it is.',
  intoItself: 'A folder cannot be put into itself.',
  samePlace: 'It is there already. Choose another folder.',
  sameName: 'That is its name already.',

  newFolder: 'New folder',
  folderName: 'Name of the folder',
  newFolderHint: (place: string) => `In ${place}. It is kept as an empty object whose key ends with a slash.`,
  createFolder: 'Create folder',
  folderCreated: (name: string) => `The folder ${name} is there.`,
  nameNeeded: 'Give a name.',
  noSlash: 'A name of a folder has no slash. Make one folder after the other.',
  tooLong: (size: number) => `The whole key would have ${number(size)} bytes; at most 1,024 are kept.`,
  virtualFolder:
    'This bucket keeps no keys that end with a slash. The folder can still be used: it is there as soon as you put something into it.',
  openFolder: 'Open it anyway',

  rename: 'Rename',
  newName: 'New name',
  renameFolderHint:
    'A folder is the beginning of names: each object in it is given its new name one by one. Without moving a byte.',
  renameHint: 'Without moving a byte. Links to the old name stop working.',
  overwrite: 'Replace what is already there',
  overwriteHint: 'Otherwise whatever has the name already is left as it is, and told as a failure.',

  copyTitle: (name: string) => `Copy ${name}`,
  moveTitle: (name: string) => `Move ${name}`,
  copySubmit: 'Copy here',
  moveSubmit: 'Move here',
  toBucket: 'Bucket',
  toFolder: 'Folder',
  toFolderHint: 'Choose below, or type one that is not there yet: films/new/',
  folders: 'Folders here',
  up: 'One folder up',
  noFolders: 'No folders in here.',
  moreFolders: 'Look for more folders',
  intoOther: 'Objects go one by one; you can look at other pages meanwhile.',

  deleteTitle: {
    current: (name: string) => `Delete ${name}?`,
    versions: (name: string) => `Delete ${name} for ever?`,
    deleted: (name: string) => `Delete ${name} for ever?`,
    uploads: (name: string) => `Abort ${name}?`,
  },
  deleteSubmit: { current: 'Delete', versions: 'Delete for ever', deleted: 'Delete for ever', uploads: 'Abort' },
  undo: {
    versions:
      'This can be undone: the bucket keeps versions, so a delete marker is put before each object. “All versions” shows them, and “Undelete” takes the marker away.',
    suspended:
      'Versioning is suspended in this bucket: versions kept from before can be had back, what was written since then cannot.',
    soft: (days: number) =>
      `This can be undone for ${days === 1 ? 'a day' : `${number(days)} days`}: until then “Deleted” lists what was deleted, and “Restore” brings it back.`,
    none: 'This cannot be undone: the bucket keeps neither versions nor what was deleted.',
  },
  forEver: 'This cannot be undone. The versions chosen are gone, with their bytes.',
  forEverMarkers: 'Where a delete marker goes that is the latest, the version below it is the current one again.',
  purge: 'This cannot be undone. It cannot be restored any more.',
  abortText: 'The parts uploaded so far are deleted. Whoever is still uploading them will fail.',
  allBelow: 'With everything in all folders below, however much that is.',
  bypass: 'Delete also what is locked in governance mode, if I may',
} as const
