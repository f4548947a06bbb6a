/** What the value of an HTTP header may hold (RFC 9110 5.5): with a line end it could add headers of its own. */
export const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
