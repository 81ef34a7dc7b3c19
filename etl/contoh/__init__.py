"""The invented Kaltim: made-up money, firms and packages in the real source formats, with the truth known."""
