namespace OpenCvSharp;

/// <summary>One pixel of 2 byte channels; of colour in the order blue, green, red.</summary>
public struct Vec2b(byte item0, byte item1) : IEquatable<Vec2b>
{
    public byte Item0 = item0;
    public byte Item1 = item1;

    public byte this[int i]
    {
        readonly get => i switch
        {
            0 => Item0,
            1 => Item1,
            _ => throw new ArgumentOutOfRangeException(nameof(i)),
        };
        set
        {
            switch (i)
            {
                case 0:
                    Item0 = value;
                    break;
                case 1:
                    Item1 = value;
                    break;
                default:
                    throw new ArgumentOutOfRangeException(nameof(i));
            }
        }
    }

    public static bool operator ==(Vec2b a, Vec2b b) => a.Equals(b);

    public static bool operator !=(Vec2b a, Vec2b b) => !a.Equals(b);

    public readonly void Deconstruct(out byte item0, out byte item1)
    {
        item0 = Item0;
        item1 = Item1;
    }

    public readonly bool Equals(Vec2b other) => Item0.Equals(other.Item0) && Item1.Equals(other.Item1);

    public override readonly bool Equals(object? obj) => obj is Vec2b other && Equals(other);

    public override readonly int GetHashCode() => HashCode.Combine(Item0, Item1);

    public override readonly string ToString() => $"Vec2b({Item0}, {Item1})";
}
