/** Where nothing is wrong, and nothing can go on before a quota is renewed: a pause is no failure, for anybody. */

/** What there is to do then. A text that ends with it tells of a pause. */
export const WHEN_RENEWED = 'It goes on by itself when the quota is renewed.';

export const isPause = (text: string): boolean => text.endsWith(WHEN_RENEWED);
