namespace OpenCvSharp;

/// <content>imgcodecs: image files and encoded images in memory.</content>
public static partial class Cv2
{
    /// <summary>Empty when the file is missing or is no image.</summary>
    public static Mat ImRead(string fileName, ImreadModes flags = ImreadModes.Color) => new(fileName, flags);

    /// <summary>False when the file cannot be written.</summary>
    public static unsafe bool ImWrite(string fileName, Mat img, int[]? prms = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(fileName);
        ArgumentNullException.ThrowIfNull(img);
        prms ??= [];
        fixed (int* values = prms)
        {
            NativeMethods.Check(NativeMethods.rp_imwrite(fileName, img.Handle, values, prms.Length, out var written));
            return written != 0;
        }
    }

    public static bool ImWrite(string fileName, Mat img, params ImageEncodingParam[] prms) =>
        ImWrite(fileName, img, ImageEncodingParam.Flatten(prms));

    /// <summary>Empty when the bytes are no image.</summary>
    public static Mat ImDecode(byte[] buf, ImreadModes flags)
    {
        ArgumentNullException.ThrowIfNull(buf);
        return ImDecode(buf.AsSpan(), flags);
    }

    public static unsafe Mat ImDecode(ReadOnlySpan<byte> span, ImreadModes flags)
    {
        if (span.IsEmpty)
        {
            throw new ArgumentException("Empty span", nameof(span));
        }

        fixed (byte* data = span)
        {
            NativeMethods.Check(NativeMethods.rp_imdecode(data, span.Length, (int)flags, out var mat));
            return Mat.Own(mat);
        }
    }

    public static Mat ImDecode(Mat buf, ImreadModes flags)
    {
        ArgumentNullException.ThrowIfNull(buf);
        NativeMethods.Check(NativeMethods.rp_imdecode_mat(buf.Handle, (int)flags, out var mat));
        return Mat.Own(mat);
    }

    public static unsafe bool ImEncode(string ext, InputArray img, out byte[] buf, int[]? prms = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(ext);
        prms ??= [];
        IntPtr buffer;
        byte* data;
        long length;
        int written;
        fixed (int* values = prms)
        {
            NativeMethods.Check(NativeMethods.rp_imencode(
                ext, img.Required(nameof(img)), values, prms.Length, out buffer, out data, out length, out written));
        }

        try
        {
            buf = new ReadOnlySpan<byte>(data, checked((int)length)).ToArray();
            return written != 0;
        }
        finally
        {
            NativeMethods.rp_bytes_delete(buffer);
        }
    }

    public static void ImEncode(string ext, InputArray img, out byte[] buf, params ImageEncodingParam[] prms) =>
        ImEncode(ext, img, out buf, ImageEncodingParam.Flatten(prms));
}
