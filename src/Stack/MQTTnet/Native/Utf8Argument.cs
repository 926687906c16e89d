using System.Buffers;
using System.Text;

namespace MQTTnet.Native;

/// <summary>
/// A NUL-terminated UTF-8 argument. Short strings use the caller's stack, long ones a pooled array, so that a publish allocates nothing.
/// </summary>
internal ref struct Utf8Argument
{
    /// <summary>Bytes a caller should offer on its stack; topics and property values of this project fit.</summary>
    public const int StackSize = 256;

    private byte[] _rented;

    public Utf8Argument(string text, Span<byte> scratch)
    {
        if (text is null)
        {
            Bytes = default;
            return;
        }

        int needed = Encoding.UTF8.GetMaxByteCount(text.Length) + 1;
        Span<byte> target = needed <= scratch.Length ? scratch : _rented = ArrayPool<byte>.Shared.Rent(needed);
        int length = Encoding.UTF8.GetBytes(text, target);
        target[length] = 0;
        Bytes = target[..(length + 1)];
    }

    public Utf8Argument(ReadOnlySpan<byte> text, Span<byte> scratch)
    {
        Span<byte> target = text.Length < scratch.Length ? scratch : _rented = ArrayPool<byte>.Shared.Rent(text.Length + 1);
        text.CopyTo(target);
        target[text.Length] = 0;
        Bytes = target[..(text.Length + 1)];
    }

    /// <summary>The text with its terminator; empty for a null string.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    public void Dispose()
    {
        if (_rented is { } rented)
        {
            _rented = null;
            // Passwords pass through here as well.
            ArrayPool<byte>.Shared.Return(rented, clearArray: true);
        }
    }
}
