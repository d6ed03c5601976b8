/** Signing in, and the first sign-in of all. */
export const signIn = {
  title: 'Sign in',
  account: 'Account',
  accountHint: 'Its name or id. Leave it empty for the first account.',
  otherAccount: 'Another account than the first',
  user: 'User name',
  password: 'Password',
  submit: 'Sign in',
  forgotten: 'No password, or forgotten? Whoever operates the server gets a link with: entrepot users sign-in-link',
  setupTitle: 'Welcome',
  setupLead:
    'This is the first sign-in to this server. Choose a name and a password for its owner; the link that brought you here then stops working.',
  resetTitle: 'A new password',
  resetLead:
    'This link lets you choose a new password, once. You are then signed in here, and signed out everywhere else.',
  again: 'The same again',
  setupSubmit: 'Set password and sign in',
  setupDone: 'The password is set already. Sign in with it.',
  setupNeeded:
    'Nobody has set a password yet. Open the link that the server printed when it started: it is good for one first sign-in.',
  noToken: 'This link has no token. Open the link that the server printed, whole.',
} as const
