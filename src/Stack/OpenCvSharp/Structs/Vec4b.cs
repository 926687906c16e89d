namespace OpenCvSharp;

/// <summary>One pixel of 4 byte channels; of colour in the order blue, green, red, alpha.</summary>
public struct Vec4b(byte item0, byte item1, byte item2, byte item3) : IEquatable<Vec4b>
{
    public byte Item0 = item0;
    public byte Item1 = item1;
    public byte Item2 = item2;
    public byte Item3 = item3;

    public byte this[int i]
    {
        readonly get => i switch
        {
            0 => Item0,
            1 => Item1,
            2 => Item2,
            3 => Item3,
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
                case 2:
                    Item2 = value;
                    break;
                case 3:
                    Item3 = value;
                    break;
                default:
                    throw new ArgumentOutOfRangeException(nameof(i));
            }
        }
    }

    public static bool operator ==(Vec4b a, Vec4b b) => a.Equals(b);

    public static bool operator !=(Vec4b a, Vec4b b) => !a.Equals(b);

    public readonly void Deconstruct(out byte item0, out byte item1, out byte item2, out byte item3)
    {
        item0 = Item0;
        item1 = Item1;
        item2 = Item2;
        item3 = Item3;
    }

    public readonly bool Equals(Vec4b other) => Item0.Equals(other.Item0) && Item1.Equals(other.Item1) && Item2.Equals(other.Item2) && Item3.Equals(other.Item3);

    public override readonly bool Equals(object? obj) => obj is Vec4b other && Equals(other);

    public override readonly int GetHashCode() => HashCode.Combine(Item0, Item1, Item2, Item3);

    public override readonly string ToString() => $"Vec4b({Item0}, {Item1}, {Item2}, {Item3})";
}
