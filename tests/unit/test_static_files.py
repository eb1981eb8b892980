"""The style sheet that goes over the wire."""

from signin.static_files import bundled


def test_a_bundle_says_the_same_in_fewer_characters(tmp_path):
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "one.css").write_text(
        """/* For people; { } */
        .a , .b :hover {
            margin: calc(1px + 2px)  auto ;
            content: "/ ;  { }" '\\201C ,  ';
        }
        """
    )
    (tmp_path / "main.css").write_text(
        '@layer x, y;\n@import "parts/one.css";\n\n'
        "@media (width > 1px)\n    and (height > 2px) { a { b: c } }\n"
    )
    assert bundled(tmp_path / "main.css") == (
        "@layer x,y;"
        """.a,.b :hover{margin: calc(1px + 2px) auto;content: "/ ;  { }" '\\201C ,  ';}"""
        "@media (width > 1px) and (height > 2px){a{b: c}}"
    )
