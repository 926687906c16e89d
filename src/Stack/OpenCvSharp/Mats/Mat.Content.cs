namespace OpenCvSharp;

/// <content>What the matrix holds: shape, copies, encoded forms.</content>
public partial class Mat
{
    public MatType Type() => Info().Type;

    public int Depth() => Type().Depth;

    public int Channels() => Type().Channels;

    /// <summary>Bytes of one pixel (all channels).</summary>
    public int ElemSize() => (int)Info().ElemSize;

    /// <summary>Bytes of one channel of a pixel.</summary>
    public int ElemSize1() => MatType.SampleBytes(Depth());

    /// <summary>Pixels.</summary>
    public long Total() => Info().Total;

    public Size Size()
    {
        var info = Info();
        return new Size(info.Cols, info.Rows);
    }

    public int Size(int dim)
    {
        var info = Info();
        return dim switch
        {
            0 => info.Rows,
            1 => info.Cols,
            _ => throw new ArgumentOutOfRangeException(nameof(dim), dim, "0 is rows, 1 is columns."),
        };
    }

    /// <summary>Bytes from one row to the next.</summary>
    public long Step() => Info().Step;

    public bool Empty()
    {
        var info = Info();
        return info.Data == IntPtr.Zero || info.Total == 0;
    }

    public bool IsContinuous() => Info().Continuous != 0;

    public bool IsSubmatrix() => Info().Submatrix != 0;

    public void CopyTo(OutputArray m, InputArray? mask = null)
    {
        ArgumentNullException.ThrowIfNull(m);
        NativeMethods.Check(NativeMethods.rp_mat_copy_to(Handle, m.MatHandle, mask.HandleOrNone()));
    }

    public void CopyTo(Mat m, InputArray? mask = null)
    {
        ArgumentNullException.ThrowIfNull(m);
        NativeMethods.Check(NativeMethods.rp_mat_copy_to(Handle, m.Handle, mask.HandleOrNone()));
    }

    public void ConvertTo(OutputArray m, MatType rtype, double alpha = 1, double beta = 0)
    {
        ArgumentNullException.ThrowIfNull(m);
        NativeMethods.Check(NativeMethods.rp_mat_convert_to(Handle, m.MatHandle, rtype.Value, alpha, beta));
    }

    public Mat SetTo(Scalar value, Mat? mask = null)
    {
        NativeMethods.Check(NativeMethods.rp_mat_set_to(Handle, value, mask?.Handle ?? OpenCvSafeHandle.None));
        return this;
    }

    /// <summary>Allocates unless size and type are already these.</summary>
    public void Create(int rows, int cols, MatType type) =>
        NativeMethods.Check(NativeMethods.rp_mat_create(Handle, rows, cols, type.Value));

    public void Create(Size size, MatType type) => Create(size.Height, size.Width, type);

    /// <summary>Lets go of the data and leaves an empty matrix.</summary>
    public void Release() => NativeMethods.Check(NativeMethods.rp_mat_release(Handle));

    public byte[] ToBytes(string ext = ".png", int[]? prms = null) => ImEncode(ext, prms);

    public byte[] ToBytes(string ext = ".png", params ImageEncodingParam[] prms) => ImEncode(ext, prms);

    public byte[] ImEncode(string ext = ".png", int[]? prms = null)
    {
        Cv2.ImEncode(ext, this, out var buffer, prms);
        return buffer;
    }

    public byte[] ImEncode(string ext = ".png", params ImageEncodingParam[] prms)
    {
        Cv2.ImEncode(ext, this, out var buffer, prms);
        return buffer;
    }

    public bool ImWrite(string fileName, int[]? prms = null) => Cv2.ImWrite(fileName, this, prms);

    public bool ImWrite(string fileName, params ImageEncodingParam[] prms) => Cv2.ImWrite(fileName, this, prms);

    public bool SaveImage(string fileName, int[]? prms = null) => Cv2.ImWrite(fileName, this, prms);

    public bool SaveImage(string fileName, params ImageEncodingParam[] prms) => Cv2.ImWrite(fileName, this, prms);

    public override string ToString()
    {
        if (IsDisposed)
        {
            return "Mat [ disposed ]";
        }

        var info = Info();
        return $"Mat [ {info.Rows}*{info.Cols}*{new MatType(info.Type)}, IsContinuous={info.Continuous != 0}, IsSubmatrix={info.Submatrix != 0}, "
            + $"Ptr=0x{Handle.DangerousGetHandle():x}, Data=0x{info.Data:x} ]";
    }
}
