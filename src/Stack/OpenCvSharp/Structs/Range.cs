namespace OpenCvSharp;

/// <summary>Rows or columns from Start up to, but not including, End.</summary>
public record struct Range(int Start, int End)
{
    public int Start = Start;
    public int End = End;

    public static Range All => new(int.MinValue, int.MaxValue);
}
