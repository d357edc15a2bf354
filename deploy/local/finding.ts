/** What looking at one thing has shown: what is there, or what is wrong and how to mend it. One line each. */
export type Finding = { readonly found: string } | { readonly wrong: string };
