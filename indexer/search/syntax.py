"""The query language: a query's source to a tree of nodes.

    group   = { [ "AND" ] choice }                        everything in it, less what it excludes
    choice  = operand { "OR" operand }
    operand = [ "-" | "NOT" ] ( "(" group ")" [ weight ] | term )

Terms are the lexer's: words, phrases, patterns, field clauses, ranges of dates. Operators are read in capitals only. Time is
linear in the length of the source, and recursion is bounded before it begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from indexer.errors import QueryError
from indexer.search.analysis import split_words, word_readings
from indexer.search.lexer import OPERATORS, Lexer, Token, TokenKind, plain_words, shown
from indexer.search.query import NOTHING, All, Any, Fuzzy, Node, ParsedQuery, Phrase, Word
from indexer.search.request import Match

MAX_CHARACTERS = 1_000
MAX_TERMS = 64
MAX_NESTING = 20


def parse(source: str, match: Match = Match.ALL) -> ParsedQuery:
    """Read a query. Raises QueryError, and nothing else, for one over a bound.

    The bounds: 1,000 characters (code points); 64 terms, where every word of a phrase and every part of a hyphenated word is
    one; parentheses nested 20 deep.
    """
    _check("characters", len(source), MAX_CHARACTERS)
    if not source.strip():
        return ParsedQuery(source)
    lexer = Lexer(source)
    lexer.read()
    _check("terms", sum(_count_terms(node) for token in lexer.tokens for node in token.nodes), MAX_TERMS)
    _check("levels of parentheses", _nesting(lexer.tokens), MAX_NESTING)
    warnings = lexer.warnings
    parser = _Parser(_balance(lexer.tokens, warnings), warnings)
    group = parser.group()
    if not group.clauses and not group.excluded:
        # An operator that joins nothing may be meant as a word; a dash is none.
        if any(token.kind in OPERATORS.values() for token in lexer.tokens):
            group.clauses = [_Clause(word, bare=True) for word in plain_words(source)]
        if not group.clauses:
            warnings.append(f"There is no word to look for in {shown(source)}.")
            return ParsedQuery(source, NOTHING, warnings=_distinct(warnings))
        warnings[:] = [f"{shown(source)} joins no words; it is searched as plain words."]
    any_word = _any_word(group)
    tree = any_word if any_word is not None and match is Match.ANY else group.node()
    relaxed = any_word if match is Match.ALL else None
    return ParsedQuery(source, tree, relaxed, _scores(tree), _distinct(warnings))


@dataclass(frozen=True, slots=True)
class _Clause:
    """A child of a group. bare: a bare word that stands in the group itself, outside OR and parentheses."""

    node: Node
    bare: bool = False


@dataclass(slots=True)
class _Group:
    """What stands between two parentheses, or the whole query."""

    clauses: list[_Clause] = field(default_factory=list)
    excluded: list[Node] = field(default_factory=list)

    def node(self, weight: float = 1.0) -> Node:
        """The group as a node; one child by itself stands for the group."""
        return _all([clause.node for clause in self.clauses], self.excluded, weight)


@dataclass(frozen=True, slots=True)
class _Operand:
    """What OR joins. nodes: those of one term, or one node for parentheses; none where there was nothing to read."""

    nodes: tuple[Node, ...] = ()
    excluded: bool = False
    grouped: bool = False


class _Parser:
    """Recursive descent over tokens whose parentheses are balanced."""

    def __init__(self, tokens: Sequence[Token], warnings: list[str]) -> None:
        self._tokens = tokens
        self._place = 0
        self._warnings = warnings
        self._exclusions = 0

    def group(self) -> _Group:
        """Read up to a closing parenthesis, which stays, or the end."""
        group = _Group()
        while (kind := self._kind()) not in (None, TokenKind.CLOSE):
            if kind is TokenKind.OR or (kind is TokenKind.AND and not self._joins(group)):
                self._drop()
            elif kind is TokenKind.AND:
                self._place += 1
            else:
                self._choice(group)
        return group

    def _kind(self, ahead: int = 0) -> TokenKind | None:
        place = self._place + ahead
        return self._tokens[place].kind if place < len(self._tokens) else None

    def _joins(self, group: _Group) -> bool:
        """Whether the AND at the current place has something on each side."""
        return bool(group.clauses or group.excluded) and self._kind(1) in (TokenKind.TERM, TokenKind.OPEN, TokenKind.NOT)

    def _drop(self) -> None:
        """Leave out an operator that joins nothing."""
        self._warnings.append(f"{shown(self._tokens[self._place].text)} without words to join is left out.")
        self._place += 1

    def _choice(self, group: _Group) -> None:
        """Operands joined by OR, or one operand, into the group."""
        operands = [self._operand()]
        while self._kind() is TokenKind.OR:
            if self._kind(1) in (None, TokenKind.CLOSE):
                self._drop()
                break
            self._place += 1
            while self._kind() in (TokenKind.OR, TokenKind.AND):
                self._drop()
            operands.append(self._operand())
        operands = [operand for operand in operands if operand.nodes]
        wanted = [operand for operand in operands if not operand.excluded]
        if len(operands) > 1 and len(wanted) < len(operands):
            self._warnings.append("OR joins no exclusion; what is excluded restricts the whole group.")
        group.excluded += [_all(operand.nodes) for operand in operands if operand.excluded]
        if len(wanted) == 1:
            group.clauses += [
                _Clause(node, isinstance(node, Word) and node.bare and not wanted[0].grouped) for node in wanted[0].nodes
            ]
        elif wanted:
            group.clauses.append(_Clause(Any(tuple(_all(operand.nodes) for operand in wanted))))

    def _operand(self) -> _Operand:
        """A term or parentheses, and whether it is excluded."""
        excluded = False
        while self._kind() is TokenKind.NOT:
            if excluded:
                self._warnings.append("One NOT or dash is enough; another before the same word is left out.")
            elif self._kind(1) not in (TokenKind.NOT, TokenKind.TERM, TokenKind.OPEN):
                self._drop()
                return _Operand()
            excluded = True
            self._place += 1
        if self._kind() is TokenKind.OPEN:
            self._exclusions += excluded
            node = self._parentheses()
            self._exclusions -= excluded
            return _Operand(() if node is None else (node,), excluded, grouped=True)
        if self._kind() is not TokenKind.TERM:
            return _Operand()
        nodes = self._tokens[self._place].nodes
        self._place += 1
        if excluded or self._exclusions:
            nodes = tuple(replace(node, bare=False) if isinstance(node, Word) else node for node in nodes)
        return _Operand(nodes, excluded)

    def _parentheses(self) -> Node | None:
        """A group with its parentheses; None if there is nothing in it."""
        self._place += 1
        group = self.group()
        weight = self._tokens[self._place].weight
        self._place += 1
        if not group.clauses and not group.excluded:
            self._warnings.append("Parentheses without a word are left out.")
            return None
        return group.node(weight)


def _check(what: str, count: int, limit: int) -> None:
    if count > limit:
        raise QueryError(f"The query has {count:,} {what}; at most {limit:,} are allowed.")


def _count_terms(node: Node) -> int:
    """The words of a leaf, the parts of hyphenated words counted apart."""
    if isinstance(node, Word | Phrase | Fuzzy):
        return sum(len(word_readings(word)[0]) for word in split_words(node.text))
    return 1


def _nesting(tokens: Sequence[Token]) -> int:
    """How deep the parentheses go, unclosed ones included."""
    deepest = depth = 0
    for token in tokens:
        if token.kind is TokenKind.OPEN:
            depth += 1
            deepest = max(deepest, depth)
        elif token.kind is TokenKind.CLOSE:
            depth = max(depth - 1, 0)
    return deepest


def _balance(tokens: Sequence[Token], warnings: list[str]) -> list[Token]:
    """The tokens without parentheses that have no partner, and without a dash before such a one."""
    opened: list[int] = []
    dropped: set[int] = set()
    for place, token in enumerate(tokens):
        if token.kind is TokenKind.OPEN:
            opened.append(place)
        elif token.kind is TokenKind.CLOSE:
            if opened:
                opened.pop()
            else:
                dropped.add(place)
    for place in opened:
        dropped.add(place)
        if place and tokens[place - 1].text == "-":
            dropped.add(place - 1)
    if dropped:
        warnings.append("A parenthesis without its partner is left out.")
    return [token for place, token in enumerate(tokens) if place not in dropped]


def _all(children: Sequence[Node], excluded: Sequence[Node] = (), weight: float = 1.0) -> Node:
    """All the children and none of the excluded; a child alone stands for itself, with the weight on top of its own."""
    if len(children) == 1 and not excluded:
        return replace(children[0], weight=children[0].weight * weight)
    return All(tuple(children), tuple(excluded), weight)


def _any_word(group: _Group) -> Node | None:
    """The group with its bare words joined by OR; None with fewer than two, when it would be the same query."""
    bare = [clause.node for clause in group.clauses if clause.bare]
    if len(bare) < 2:
        return None
    return _all([Any(tuple(bare)), *(clause.node for clause in group.clauses if not clause.bare)], group.excluded)


def _scores(node: Node) -> bool:
    """Whether anything in a tree gives a score: exclusions do not, nor does what asks for nothing."""
    if isinstance(node, All | Any):
        return any(_scores(child) for child in node.children)
    return True


def _distinct(warnings: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(warnings))
