"""Search: the request, the query language, the engines behind one protocol, and the answer."""
