"""The PDF: content, design, fonts, pictures, preview, ZIP."""
