#include "proto/rules/nearest.h"

enum { COMPARED_BYTES_MAX = 64, QUOTED_BYTES_MAX = 64 };

static uint8_t fold(uint8_t character)
{
    if (character >= 'A' && character <= 'Z')
        return (uint8_t)(character - 'A' + 'a');
    return character == ' ' || character == '_' ? '-' : character;
}

static size_t smaller(size_t left, size_t right)
{
    return left < right ? left : right;
}

size_t toc_edit_distance(toc_span left, toc_span right)
{
    size_t rows = smaller(left.size, COMPARED_BYTES_MAX);
    size_t columns = smaller(right.size, COMPARED_BYTES_MAX);
    size_t row[COMPARED_BYTES_MAX + 1];
    for (size_t j = 0; j <= columns; j++)
        row[j] = j;
    for (size_t i = 1; i <= rows; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= columns; j++) {
            size_t replaced = diagonal + (fold(left.data[i - 1]) != fold(right.data[j - 1]));
            diagonal = row[j];
            row[j] = smaller(replaced, smaller(row[j], row[j - 1]) + 1);
        }
    }
    return row[columns];
}

toc_nearest toc_nearest_to(toc_span text)
{
    return (toc_nearest){.text = text, .distance = SIZE_MAX};
}

void toc_nearest_try(toc_nearest *nearest, const char *word, const char *says)
{
    size_t distance = toc_edit_distance(nearest->text, toc_span_text(word));
    if (distance < nearest->distance) {
        nearest->distance = distance;
        nearest->found = says;
    }
}

int toc_quoted_bytes(toc_span text)
{
    size_t size = smaller(text.size, QUOTED_BYTES_MAX);
    while (size > 0 && size < text.size && (text.data[size] & 0xC0) == 0x80)
        size--;
    return (int)size;
}
