namespace OpenCvSharp;

/// <summary>
/// An n-channel dense matrix over native or borrowed memory. Rows x columns, row-major, channels interleaved.
/// Use after Dispose is an ObjectDisposedException here (the package's own Mat crashes).
/// </summary>
public partial class Mat : CvObject
{
    private InputArray? _input;
    private InputOutputArray? _inputOutput;

    public Mat()
    {
        NativeMethods.Check(NativeMethods.rp_mat_new(out var mat));
        SetSafeHandle(new MatSafeHandle(mat, true));
    }

    /// <summary>Decodes an image file; a file that is missing or no image leaves the matrix empty.</summary>
    public Mat(string fileName, ImreadModes flags = ImreadModes.Color)
    {
        ArgumentException.ThrowIfNullOrEmpty(fileName);
        NativeMethods.Check(NativeMethods.rp_imread(fileName, (int)flags, out var mat));
        SetSafeHandle(new MatSafeHandle(mat, true));
    }

    /// <summary>Memory is not initialised.</summary>
    public Mat(int rows, int cols, MatType type)
    {
        NativeMethods.Check(NativeMethods.rp_mat_new_sized(rows, cols, type.Value, out var mat));
        SetSafeHandle(new MatSafeHandle(mat, true));
    }

    public Mat(Size size, MatType type)
        : this(size.Height, size.Width, type)
    {
    }

    public Mat(int rows, int cols, MatType type, Scalar s)
    {
        NativeMethods.Check(NativeMethods.rp_mat_new_filled(rows, cols, type.Value, s, out var mat));
        SetSafeHandle(new MatSafeHandle(mat, true));
    }

    public Mat(Size size, MatType type, Scalar s)
        : this(size.Height, size.Width, type, s)
    {
    }

    /// <summary>A view of some rows and columns of <paramref name="m"/>; no copy.</summary>
    public Mat(Mat m, Range rowRange, Range? colRange = null)
    {
        ArgumentNullException.ThrowIfNull(m);
        var info = m.Info();
        var (top, bottom) = rowRange == Range.All ? (0, info.Rows) : (rowRange.Start, rowRange.End);
        var columns = colRange ?? Range.All;
        var (left, right) = columns == Range.All ? (0, info.Cols) : (columns.Start, columns.End);
        NativeMethods.Check(NativeMethods.rp_mat_new_roi(m.Handle, top, bottom, left, right, out var mat));
        SetSafeHandle(new MatSafeHandle(mat, m.Pin));
    }

    /// <summary>A view of a rectangle of <paramref name="m"/>; no copy.</summary>
    public Mat(Mat m, Rect roi)
        : this(m, new Range(roi.Y, roi.Y + roi.Height), new Range(roi.X, roi.X + roi.Width))
    {
    }

    private Mat(MatSafeHandle handle) => SetSafeHandle(handle);

    public int Flags => Info().Flags;

    public int Dims => Info().Dims;

    public int Rows => Info().Rows;

    public int Height => Info().Rows;

    public int Cols => Info().Cols;

    public int Width => Info().Cols;

    public IntPtr Data => Info().Data;

    public unsafe byte* DataPointer => (byte*)Info().Data;

    internal InputArray AsInput => _input ??= new InputArray(this);

    internal InputOutputArray AsInputOutput => _inputOutput ??= new InputOutputArray(this);

    private PinnedArray? Pin => ((MatSafeHandle)Handle).Pin;

    public Mat this[int rowStart, int rowEnd, int colStart, int colEnd]
    {
        get => SubMat(rowStart, rowEnd, colStart, colEnd);
        set => CopyInto(SubMat(rowStart, rowEnd, colStart, colEnd), value);
    }

    public Mat this[Range rowRange, Range colRange]
    {
        get => SubMat(rowRange, colRange);
        set => CopyInto(SubMat(rowRange, colRange), value);
    }

    public Mat this[Rect roi]
    {
        get => SubMat(roi);
        set => CopyInto(SubMat(roi), value);
    }

    /// <summary>A matrix over memory of the caller's, who keeps it alive; no copy. Step is in bytes, 0 for packed rows.</summary>
    public static Mat FromPixelData(int rows, int cols, MatType type, IntPtr data, long step = 0)
    {
        NativeMethods.Check(NativeMethods.rp_mat_new_over(rows, cols, type.Value, data, step, out var mat));
        return new Mat(new MatSafeHandle(mat, true));
    }

    /// <summary>A matrix over a managed array, which stays pinned until the last matrix over it is disposed; no copy.</summary>
    public static Mat FromPixelData(int rows, int cols, MatType type, Array data, long step = 0)
    {
        ArgumentNullException.ThrowIfNull(data);
        var rowBytes = step != 0 ? step : (long)cols * type.Channels * MatType.SampleBytes(type.Depth);
        if (Buffer.ByteLength(data) < rowBytes * rows)
        {
            throw new ArgumentException(
                $"The array holds {Buffer.ByteLength(data)} bytes; {rows} rows of {rowBytes} bytes need {rowBytes * rows}.", nameof(data));
        }

        var pin = new PinnedArray(data);
        pin.Share();
        try
        {
            NativeMethods.Check(NativeMethods.rp_mat_new_over(rows, cols, type.Value, pin.Address, step, out var mat));
            return new Mat(new MatSafeHandle(mat, pin));
        }
        finally
        {
            pin.Release();
        }
    }

    public static Mat ZerosMat(int rows, int cols, MatType type) => new(rows, cols, type, Scalar.All(0));

    public static Mat ZerosMat(Size size, MatType type) => new(size, type, Scalar.All(0));

    public static Mat EyeMat(int rows, int cols, MatType type)
    {
        NativeMethods.Check(NativeMethods.rp_mat_new_eye(rows, cols, type.Value, out var mat));
        return new Mat(new MatSafeHandle(mat, true));
    }

    public static Mat ImDecode(byte[] imageBytes, ImreadModes mode = ImreadModes.Color)
    {
        ArgumentNullException.ThrowIfNull(imageBytes);
        return Cv2.ImDecode(imageBytes.AsSpan(), mode);
    }

    public static Mat ImDecode(ReadOnlySpan<byte> span, ImreadModes mode = ImreadModes.Color) => Cv2.ImDecode(span, mode);

    public static Mat FromImageData(byte[] imageBytes, ImreadModes mode = ImreadModes.Color) => ImDecode(imageBytes, mode);

    public static Mat FromImageData(ReadOnlySpan<byte> span, ImreadModes mode = ImreadModes.Color) => ImDecode(span, mode);

    public Mat Row(int y) => RowRange(y, y + 1);

    public Mat RowRange(int startRow, int endRow) => new(this, new Range(startRow, endRow));

    public Mat RowRange(Range range) => new(this, range);

    public Mat Col(int x) => ColRange(x, x + 1);

    public Mat ColRange(int startCol, int endCol) => new(this, Range.All, new Range(startCol, endCol));

    public Mat ColRange(Range range) => new(this, Range.All, range);

    public Mat SubMat(int rowStart, int rowEnd, int colStart, int colEnd) =>
        new(this, new Range(rowStart, rowEnd), new Range(colStart, colEnd));

    public Mat SubMat(Range rowRange, Range colRange) => new(this, rowRange, colRange);

    public Mat SubMat(Rect roi) => new(this, roi);

    public Mat Reshape(int cn, int rows = 0)
    {
        NativeMethods.Check(NativeMethods.rp_mat_reshape(Handle, cn, rows, out var mat));
        return new Mat(new MatSafeHandle(mat, Pin));
    }

    public Mat Clone()
    {
        NativeMethods.Check(NativeMethods.rp_mat_clone(Handle, out var mat));
        return new Mat(new MatSafeHandle(mat, true));
    }

    public Mat Clone(Rect roi)
    {
        using var part = SubMat(roi);
        return part.Clone();
    }

    /// <summary>Wraps a matrix that native code has just made.</summary>
    internal static Mat Own(IntPtr mat) => new(new MatSafeHandle(mat, true));

    internal MatInfo Info()
    {
        NativeMethods.rp_mat_info(Handle, out var info);
        return info;
    }

    private static void CopyInto(Mat part, Mat value)
    {
        using (part)
        {
            ArgumentNullException.ThrowIfNull(value);
            if (part.Size() != value.Size())
            {
                throw new ArgumentException("Specified ROI != mat.Size()", nameof(value));
            }

            value.CopyTo(part);
        }
    }
}
