namespace OpenCvSharp;

/// <summary>Four-character code of a video codec.</summary>
public readonly struct FourCC(int value) : IEquatable<FourCC>
{
    public const int Default = -1;
    public const int Prompt = -1;

    public static readonly int H264 = FromFourChars('H', '2', '6', '4');
    public static readonly int HEVC = FromFourChars('H', 'E', 'V', 'C');
    public static readonly int MJPG = FromFourChars('M', 'J', 'P', 'G');
    public static readonly int MP4V = FromFourChars('M', 'P', '4', 'V');
    public static readonly int XVID = FromFourChars('X', 'V', 'I', 'D');

    public readonly int Value = value;

    public static implicit operator int(FourCC fourcc) => fourcc.Value;

    public static implicit operator FourCC(int code) => new(code);

    public static bool operator ==(FourCC left, FourCC right) => left.Equals(right);

    public static bool operator !=(FourCC left, FourCC right) => !left.Equals(right);

    public static FourCC FromFourChars(char c1, char c2, char c3, char c4) =>
        new((c1 & 0xff) | ((c2 & 0xff) << 8) | ((c3 & 0xff) << 16) | ((c4 & 0xff) << 24));

    public static FourCC FromString(string code)
    {
        ArgumentNullException.ThrowIfNull(code);
        return code.Length == 4
            ? FromFourChars(code[0], code[1], code[2], code[3])
            : throw new ArgumentException("code must have exactly four characters", nameof(code));
    }

    public static FourCC FromInt32(int code) => new(code);

    public int ToInt32() => Value;

    public bool Equals(FourCC other) => Value == other.Value;

    public override bool Equals(object? obj) => obj is FourCC other && Equals(other);

    public override int GetHashCode() => Value;
}
