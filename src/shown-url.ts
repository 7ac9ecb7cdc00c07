/**
 * A connection string as it may be shown or logged: without the password before the host, whatever characters it has,
 * and without those among the parameters (`?password=…&sslpassword=…`). It rather hides too much than too little.
 */
export const shownUrl = (url: string): string =>
  url.replaceAll(/([?&][^=&]*pass[^=&]*=)[^&]*/gi, "$1***").replace(/:\/\/([^:/@\s]*):.*@/, "://$1:***@");
