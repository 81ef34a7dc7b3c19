"""Messages say in plain words what is wrong, in both languages, and name the source's row."""

import pytest

from etl.sentences import explain


@pytest.mark.parametrize(
    ("kind", "column", "note", "pesan", "message"),
    [
        (
            "constraint-error",
            "nama",
            'constraint "required" is "True"',
            "kolom nama wajib diisi (required)",
            "column nama is required",
        ),
        (
            "constraint-error",
            "pagu_sen",
            'constraint "minimum" is "0"',
            "kolom pagu (dalam sen) kurang dari batas bawah 0 (minimum)",
            "column pagu (in sen) is below the minimum 0",
        ),
        (
            "type-error",
            "tgl",
            'type is "date/default"',
            "kolom tgl bukan date (type)",
            "column tgl is not a date (type)",
        ),
        (
            "primary-key",
            "",
            "the same as in the row at position 7",
            "kunci baris sama dengan baris Sheet1!7 yang isinya berbeda (primary-key)",
            "same primary key as row Sheet1!7 with other content (primary-key)",
        ),
        ("error-baru", "x", "sesuatu", "error-baru: sesuatu", "error-baru: sesuatu"),
    ],
)
def test_error_in_plain_words(kind, column, note, pesan, message):
    assert explain(kind, column, note, lambda number: f"Sheet1!{number}") == (pesan, message)
