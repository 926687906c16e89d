namespace OpenCvSharp;

/// <summary>One pixel of 3 float channels; of colour in the order blue, green, red.</summary>
public struct Vec3f(float item0, float item1, float item2) : IEquatable<Vec3f>
{
    public float Item0 = item0;
    public float Item1 = item1;
    public float Item2 = item2;

    public float this[int i]
    {
        readonly get => i switch
        {
            0 => Item0,
            1 => Item1,
            2 => Item2,
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
                default:
                    throw new ArgumentOutOfRangeException(nameof(i));
            }
        }
    }

    public static bool operator ==(Vec3f a, Vec3f b) => a.Equals(b);

    public static bool operator !=(Vec3f a, Vec3f b) => !a.Equals(b);

    public readonly void Deconstruct(out float item0, out float item1, out float item2)
    {
        item0 = Item0;
        item1 = Item1;
        item2 = Item2;
    }

    public readonly bool Equals(Vec3f other) => Item0.Equals(other.Item0) && Item1.Equals(other.Item1) && Item2.Equals(other.Item2);

    public override readonly bool Equals(object? obj) => obj is Vec3f other && Equals(other);

    public override readonly int GetHashCode() => HashCode.Combine(Item0, Item1, Item2);

    public override readonly string ToString() => $"Vec3f({Item0}, {Item1}, {Item2})";
}
