namespace OpenCvSharp;

/// <content>Properties by name; 0 where the back end does not know one.</content>
public partial class VideoCapture
{
    /// <summary>Position in milliseconds, of the frame grabbed last or next (the back ends differ).</summary>
    public int PosMsec
    {
        get => (int)Get(VideoCaptureProperties.PosMsec);
        set => Set(VideoCaptureProperties.PosMsec, value);
    }

    /// <summary>Index of the frame that is grabbed next.</summary>
    public int PosFrames
    {
        get => (int)Get(VideoCaptureProperties.PosFrames);
        set => Set(VideoCaptureProperties.PosFrames, value);
    }

    public int FrameWidth
    {
        get => (int)Get(VideoCaptureProperties.FrameWidth);
        set => Set(VideoCaptureProperties.FrameWidth, value);
    }

    public int FrameHeight
    {
        get => (int)Get(VideoCaptureProperties.FrameHeight);
        set => Set(VideoCaptureProperties.FrameHeight, value);
    }

    public double Fps
    {
        get => Get(VideoCaptureProperties.Fps);
        set => Set(VideoCaptureProperties.Fps, value);
    }

    public string FourCC
    {
        get
        {
            var code = (int)Get(VideoCaptureProperties.FourCC);
            return string.Create(4, code, static (text, value) =>
            {
                for (var i = 0; i < text.Length; i++)
                {
                    text[i] = (char)((value >> (8 * i)) & 0xff);
                }
            });
        }

        set => Set(VideoCaptureProperties.FourCC, OpenCvSharp.FourCC.FromString(value).Value);
    }

    /// <summary>Frames that the container declares; a damaged file holds fewer.</summary>
    public int FrameCount => (int)Get(VideoCaptureProperties.FrameCount);

    public double Exposure
    {
        get => Get(VideoCaptureProperties.Exposure);
        set => Set(VideoCaptureProperties.Exposure, value);
    }

    public double Gain
    {
        get => Get(VideoCaptureProperties.Gain);
        set => Set(VideoCaptureProperties.Gain, value);
    }

    public double AutoExposure
    {
        get => Get(VideoCaptureProperties.AutoExposure);
        set => Set(VideoCaptureProperties.AutoExposure, value);
    }

    public double BufferSize
    {
        get => Get(VideoCaptureProperties.BufferSize);
        set => Set(VideoCaptureProperties.BufferSize, value);
    }
}
