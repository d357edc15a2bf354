const MAX_CHARACTERS = 40;

/** Shows the form of a text without its content: letters become `a`, digits `9`, and what is no ASCII sign `?`. */
export function masked(text: string): string {
  return text
    .slice(0, MAX_CHARACTERS)
    .replaceAll(/\p{L}|\p{M}/gu, 'a')
    .replaceAll(/\p{N}/gu, '9')
    .replaceAll(/[^ -~]/gu, '?');
}
