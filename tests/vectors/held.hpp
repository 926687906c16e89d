// Counts the memory that a program holds. Include once.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <new>

// Bytes that are held, and the most that were.
static std::size_t held = 0, most = 0;

void* operator new(std::size_t size)
{
    auto* block = static_cast<std::size_t*>(std::malloc(size + 16));
    if (block == nullptr) throw std::bad_alloc();
    *block = size;
    held += size;
    most = std::max(most, held);
    return block + 16 / sizeof(std::size_t);
}

void operator delete(void* memory) noexcept
{
    if (memory == nullptr) return;
    auto* block = static_cast<std::size_t*>(memory) - 16 / sizeof(std::size_t);
    held -= *block;
    std::free(block);
}

void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }
