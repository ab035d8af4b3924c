/** Coming in and going out. */
export const session = {
  signIn: {
    title: 'Sign in',
    email: 'Email address',
    password: 'Password',
    showPassword: 'Show or hide the password',
    button: 'Sign in',
    wrong: 'The email address or the password is not right. Check both and try again.',
    limitedSeconds_one: 'Too many tries. To keep your account safe, please wait one second and try again.',
    limitedSeconds_other:
      'Too many tries. To keep your account safe, please wait {{count}} seconds and try again. Nothing is locked for good.',
    limitedMinutes_one: 'Too many tries. To keep your account safe, please wait one minute and try again.',
    limitedMinutes_other:
      'Too many tries. To keep your account safe, please wait {{count}} minutes and try again. Nothing is locked for good.',
    limitedOver: 'You can try again now.',
    offline: 'The server does not answer. Check your connection and try again.',
    help: 'Forgot your password? Ask your administrator for a new one.',
  },
  signedOut: {
    title: 'You are signed out',
    byItself:
      'To protect patients, we signed you out because nothing was done for a while or the session was ended. What you were writing is in Drafts.',
    chosen: 'See you next time. It is safe to leave this computer.',
    again: 'Sign in again',
  },
  idle: {
    title: 'Are you still there?',
    text: 'You will be signed out in {{time}}. What you are writing is saved as a draft.',
    stay: 'Stay signed in',
    leave: 'Sign out now',
    endTitle: 'Your session ends soon',
    endText:
      'For safety, everyone signs in anew once a day. You will be signed out in {{time}}. What you are writing is saved as a draft.',
  },
};
